using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Automation;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Deployment.</summary>
internal sealed class DeploymentDoor(Gate gate) : Deployment.DeploymentBase
{
    private const long DefaultTokenSeconds = 600;
    private const long MaximumTokenSeconds = 3_600;

    public override Task<Protos.V1.Caller> WhoAmI(WhoAmIRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new WhoAmI(), caller => new Protos.V1.Caller
        {
            Type = caller.Type,
            Email = caller.Email,
            UniqueId = caller.UniqueId,
            Project = caller.Project?.Value ?? "",
            CredentialId = caller.CredentialId ?? "",
            Member = caller.Member,
        });

    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListJobs(), jobs => new ListJobsResponse { Jobs = { jobs.Select(Show) } });

    public override Task<ListDriftResponse> ListDrift(ListDriftRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<Drift>>> operation = ProjectsDoor.TryParse(request.Parent, out var project)
            ? new ReadDrift(project)
            : Parents.NoProject;
        return gate.PassAsync(context, operation, found => new ListDriftResponse
        {
            Drift = { found.Select(d => new KeyDrift { Key = d.Key.ToString(), Rule = d.Rule.Label() }) },
        });
    }

    public override Task<IssueTokenResponse> IssueToken(IssueTokenRequest request, ServerCallContext context)
    {
        var seconds = request.Lifetime?.Seconds ?? DefaultTokenSeconds;
        Outcome<IOperation<IssuedToken>> operation = seconds is < 1 or > MaximumTokenSeconds
            ? new Refusal(RefusalReason.InvalidArgument, "A token lives from a second to an hour.")
            : new IssueToken(TimeSpan.FromSeconds(seconds));
        return gate.PassAsync(context, operation, token => new IssueTokenResponse
        {
            AccessToken = token.Token, ExpireTime = token.Expires.ToTimestamp(),
        });
    }

    private static Job Show(JobStatus status)
    {
        var job = new Job
        {
            Name = status.Name,
            State = status.State switch
            {
                JobState.Waiting => Job.Types.JobState.Waiting,
                JobState.Running => Job.Types.JobState.Running,
                JobState.Failing => Job.Types.JobState.Failing,
                JobState.Unspecified => Job.Types.JobState.Unspecified,
            },
            Interval = status.Interval.ToDuration(),
            Runs = status.Runs,
            Done = status.Done,
            LastRunTime = status.LastRunTime?.ToTimestamp(),
            LastError = status.LastError ?? "",
            LastErrorTime = status.LastErrorTime?.ToTimestamp(),
        };
        return job;
    }
}
