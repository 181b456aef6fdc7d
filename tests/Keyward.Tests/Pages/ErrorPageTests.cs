using System.Text;
using Google.Rpc;
using Keyward.Doors.Aws;
using Keyward.Doors.Aws.Sts;
using Keyward.Doors.Rpc;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Tests.Pages;

/// <summary>The page of errors comes from the doors' own tables; what a reason means and what to do stands here, for
/// every one of them.</summary>
public sealed class ErrorPageTests
{
    private const string Head =
        """
        # Errors
        Made from the doors' tables. Every refusal has one *reason*, whichever door it leaves by; each door tells it in its vendor's
        code. Google's clients find the reason in `google.rpc.ErrorInfo` (`domain` is `keyward`, or Google's own with
        `keywardReason` in the metadata; `metadata` has `resource`, `permission` and `requestId`), the command line shows it with `--errors json`; to AWS's clients only the exception's name is
        told, and the audit record has the reason. Every answer carries its record's id in `x-keyward-request-id`, and
        `keyward audit prove ID` finds the record.

        A refusal changes nothing, with two exceptions that say so: OUTCOME_UNKNOWN, and AUDIT_UNWRITABLE of a change. UNAVAILABLE
        and RESOURCE_EXHAUSTED may be tried again as they are; everything else needs another request.


        """;

    [Fact]
    public void The_page_of_errors_has_every_reason_with_its_code_at_each_door()
    {
        var page = new StringBuilder(Head);
        foreach (var reason in Enum.GetValues<RefusalReason>().Where(r => r != RefusalReason.Unspecified)
            .OrderBy(RpcStatus.ReasonOf, StringComparer.Ordinal))
        {
            Assert.True(ErrorTexts.All.TryGetValue(reason, out var text),
                $"ErrorTexts lacks {reason}: say what it means and what to do");
            var code = StatusTable.CodeOf(reason);
            var (aws, awsStatus) = Refusals.Of(reason);
            var (sts, stsStatus) = StsFaults.Of(reason);
            page.Append($"## {RpcStatus.ReasonOf(reason)}\n{text.Meaning} **Do:** {text.Advice}\n\n" +
                $"Google: {StatusTable.NameOf(code)} ({(int)code}), HTTP {StatusTable.HttpStatusOf(code)} · " +
                $"AWS KMS: {aws}, {awsStatus} · AWS STS: {sts}, {stsStatus} · " +
                $"outcome in records and metrics: `{Outcomes.LabelOf(reason)}`\n\n");
        }

        GeneratedPage.Check("docs/reference/errors.md", page.ToString().TrimEnd('\n') + "\n");
        Assert.NotEqual(Code.Ok, StatusTable.CodeOf(RefusalReason.Unspecified));
    }
}
