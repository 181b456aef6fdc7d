using Keyward.Doors.Aws;
using Keyward.Vault.Gate;

namespace Keyward.Tests.Doors.Aws;

public sealed class RefusalsTests
{
    [Fact]
    public void Every_reason_has_an_exception_and_a_status()
    {
        foreach (var reason in Enum.GetValues<RefusalReason>())
        {
            var (type, status) = Refusals.Of(reason);
            Assert.EndsWith("Exception", type);
            Assert.Contains(status, (int[])[400, 500, 503]);
        }
    }
}
