using Google.Rpc;
using Keyward.Doors.Rpc;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Tests.Doors.Rpc;

public sealed class StatusTableTests
{
    [Fact]
    public void Every_reason_has_a_code_an_http_status_and_an_outcome()
    {
        foreach (var reason in Enum.GetValues<RefusalReason>())
        {
            var code = StatusTable.CodeOf(reason);
            Assert.NotEqual(Code.Ok, code);
            Assert.InRange(StatusTable.HttpStatusOf(code), 400, 504);
            Assert.NotEqual(Outcomes.Ok, Outcomes.LabelOf(reason));
            Assert.Matches("^[A-Z_]+$", RpcStatus.ReasonOf(reason));
        }
    }

    [Theory]
    [InlineData(Code.InvalidArgument, 400, "INVALID_ARGUMENT")]
    [InlineData(Code.FailedPrecondition, 400, "FAILED_PRECONDITION")]
    [InlineData(Code.Unauthenticated, 401, "UNAUTHENTICATED")]
    [InlineData(Code.PermissionDenied, 403, "PERMISSION_DENIED")]
    [InlineData(Code.NotFound, 404, "NOT_FOUND")]
    [InlineData(Code.AlreadyExists, 409, "ALREADY_EXISTS")]
    [InlineData(Code.Aborted, 409, "ABORTED")]
    [InlineData(Code.ResourceExhausted, 429, "RESOURCE_EXHAUSTED")]
    [InlineData(Code.Unimplemented, 501, "UNIMPLEMENTED")]
    [InlineData(Code.Unavailable, 503, "UNAVAILABLE")]
    public void Codes_are_googles(Code code, int http, string name)
    {
        Assert.Equal(http, StatusTable.HttpStatusOf(code));
        Assert.Equal(name, StatusTable.NameOf(code));
    }
}
