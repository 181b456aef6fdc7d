using System.Net.Http.Headers;
using System.Text.Json;
using Google.Cloud.Kms.V1;
using Grpc.Core;
using Keyward.Client;
using Keyward.Protos.V1;

namespace Keyward.Cli.Operating;

/// <summary>Looks at a running deployment from where the command runs: the server's own words, its metrics, the keys of
/// the project. Each check gives findings and never stops the next one.</summary>
internal sealed class Doctor(Session session, HttpClient client, string? prometheus)
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClockLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Soon = TimeSpan.FromDays(7);
    private static readonly TimeSpan Old = TimeSpan.FromDays(365);

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private List<CryptoKey>? _keys;

    public async Task<IReadOnlyList<Finding>> LookAsync()
    {
        var findings = new List<Finding>();
        if (await ReachAsync(findings).ConfigureAwait(false))
        {
            await TryAsync(findings, "readiness", ReadyAsync).ConfigureAwait(false);
            await TryAsync(findings, "credentials", CredentialsAsync).ConfigureAwait(false);
            await TryAsync(findings, "jobs", JobsAsync).ConfigureAwait(false);
            await TryAsync(findings, "nodes", NodesAsync).ConfigureAwait(false);
            await TryAsync(findings, "quotas", QuotasAsync).ConfigureAwait(false);
            await TryAsync(findings, "keys", KeysAsync).ConfigureAwait(false);
            await TryAsync(findings, "versions", VersionsAsync).ConfigureAwait(false);
            await TryAsync(findings, "metrics", MetricsAsync).ConfigureAwait(false);
        }

        await TryAsync(findings, "rules", RulesAsync).ConfigureAwait(false);
        return findings;
    }

    /// <summary>What the environment or a right denies is itself a finding.</summary>
    private static async Task TryAsync(List<Finding> findings, string check, Func<List<Finding>, Task> look)
    {
        try
        {
            await look(findings).ConfigureAwait(false);
        }
        catch (RpcException refused)
        {
            var refusal = KeywardException.Of(refused);
            findings.Add(new Finding(
                refused.StatusCode is StatusCode.PermissionDenied ? FindingLevel.Unknown : FindingLevel.Error,
                check, refusal.Message, Advice.For(refusal)));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException
            or FailedException or IOException)
        {
            findings.Add(new Finding(FindingLevel.Error, check, failure.Message));
        }
    }

    private async Task<bool> ReachAsync(List<Finding> findings)
    {
        var address = session.Settings.Address!;
        try
        {
            using var answer = await client.GetAsync(new Uri($"https://{address}/healthz"), session.Cancellation)
                .ConfigureAwait(false);
            findings.Add(new Finding(
                FindingLevel.Ok, "reach", $"{address} answers with a certificate that is trusted"));
            if (answer.Headers.Date is { } theirs) findings.Add(JudgeClock(theirs - TimeProvider.System.GetUtcNow()));
            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            findings.Add(new Finding(FindingLevel.Error, "reach",
                $"{address} does not answer: {failure.InnerException?.Message ?? failure.Message}",
                "Is it started? Is --ca its certificate authority (tls/ca.pem)?"));
            return false;
        }
    }

    /// <summary>The header has whole seconds, so a second is no difference.</summary>
    internal static Finding JudgeClock(TimeSpan difference)
    {
        var seconds = Math.Abs(difference.TotalSeconds);
        return seconds <= ClockTolerance.TotalSeconds
            ? new Finding(FindingLevel.Ok, "clock", "this machine's and the server's agree")
            : new Finding(seconds > ClockLimit.TotalSeconds ? FindingLevel.Error : FindingLevel.Warning, "clock",
                FormattableString.Invariant($"the server's and this machine's differ by {seconds:0} s"),
                "Set both by NTP: tokens and signatures of a wrong clock are refused.");
    }

    private async Task ReadyAsync(List<Finding> findings)
    {
        using var answer = await client.GetAsync(
            new Uri($"https://{session.Settings.Address}/readyz"), session.Cancellation).ConfigureAwait(false);
        using var json = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(session.Cancellation).ConfigureAwait(false));
        var (status, message) = (json.RootElement.GetProperty("status").GetString()!,
            json.RootElement.GetProperty("message").GetString()!);
        findings.Add(answer.IsSuccessStatusCode
            ? new Finding(FindingLevel.Ok, "readiness", "the server serves")
            : new Finding(FindingLevel.Error, "readiness", $"{status}: {message}", status switch
            {
                "sealed" => "keyward unseal on the server's machine; docs/runbooks/sealed.md",
                "audit" => "docs/runbooks/audit-disk.md",
                "altered_rows" or "store_altered" => "docs/runbooks/altered-rows.md",
                "stale" => "docs/runbooks/partition.md",
                _ => "docs/runbooks/outage.md",
            }));
    }

    private async Task CredentialsAsync(List<Finding> findings)
    {
        var me = await session.Server.Deployment.WhoAmIAsync(
            new WhoAmIRequest(), cancellationToken: session.Cancellation);
        findings.Add(new Finding(FindingLevel.Ok, "credentials", $"the server takes you for {me.Member}"));
        var stale = await session.Server.ServiceAccounts.ListStaleCredentialsAsync(
            new ListStaleCredentialsRequest
            {
                Parent = "projects/" + session.Settings.Project, OldDays = (int)Old.TotalDays,
            },
            cancellationToken: session.Cancellation);
        foreach (var credential in stale.Credentials)
            findings.Add(JudgeCredential(credential, _now));
    }

    /// <summary>One that nobody has used for long, or that is old.</summary>
    internal static Finding JudgeCredential(Credential credential, DateTimeOffset now)
    {
        var age = now - credential.CreateTime.ToDateTimeOffset();
        return age >= Old
            ? new Finding(FindingLevel.Warning, "credentials",
                FormattableString.Invariant($"{credential.Id} of {credential.Email} is {age.TotalDays:0} days old"),
                $"Make a new one, move its users, then: keyward service-account key revoke {credential.Email} "
                + credential.Id)
            : new Finding(FindingLevel.Warning, "credentials",
                $"nobody has used {credential.Id} of {credential.Email} for 90 days",
                $"keyward service-account key revoke {credential.Email} {credential.Id}");
    }

    private async Task JobsAsync(List<Finding> findings)
    {
        var jobs = (await session.Server.Deployment.ListJobsAsync(
            new ListJobsRequest(), cancellationToken: session.Cancellation)).Jobs;
        foreach (var job in jobs.Where(j => j.State == Job.Types.JobState.Failing))
            findings.Add(new Finding(
                FindingLevel.Error, "jobs", $"{job.Name} fails: {job.LastError}", "docs/runbooks/job.md"));
        if (jobs.All(j => j.State != Job.Types.JobState.Failing))
            findings.Add(new Finding(FindingLevel.Ok, "jobs", $"{jobs.Count} jobs, none fails"));
    }

    private async Task NodesAsync(List<Finding> findings) => findings.AddRange(NodeFindings.Judge(
        (await session.Server.Nodes.ListNodesAsync(
            new ListNodesRequest(), cancellationToken: session.Cancellation)).Nodes, _now));

    private async Task QuotasAsync(List<Finding> findings)
    {
        var quotas = (await session.Server.Quotas.GetQuotasAsync(
            new GetQuotasRequest { Name = "projects/" + session.Settings.Project },
            cancellationToken: session.Cancellation)).Quotas;
        var near = quotas.Where(q => q is { HasUsed: true, Used: > 0.8 }).ToList();
        foreach (var quota in near)
            findings.Add(new Finding(quota.Used >= 1 ? FindingLevel.Error : FindingLevel.Warning, "quotas",
                FormattableString.Invariant($"{quota.Metric} is used by {quota.Used * 100:0} %"),
                "docs/runbooks/quota.md"));
        if (near.Count == 0) findings.Add(new Finding(FindingLevel.Ok, "quotas", "none is used by more than 80 %"));
    }

    private async Task VersionsAsync(List<Finding> findings)
    {
        var usage = await UsageCommands.AllAsync(session, "projects/" + session.Settings.Project).ConfigureAwait(false);
        var found = UsageFindings.Judge(await KeysOnceAsync().ConfigureAwait(false), usage, _now).ToList();
        findings.AddRange(found);
        if (found.Count == 0)
            findings.Add(new Finding(FindingLevel.Ok, "versions",
                $"of {usage.Versions.Count} versions in use, none should have been replaced"));
    }

    private async Task<List<CryptoKey>> KeysOnceAsync() =>
        _keys ??= await ProjectKeys.AllAsync(session).ConfigureAwait(false);

    private async Task KeysAsync(List<Finding> findings)
    {
        var keys = await KeysOnceAsync().ConfigureAwait(false);
        var found = keys.SelectMany(k => JudgeKey(k, _now)).ToList();
        findings.AddRange(found);
        if (found.Count == 0)
            findings.Add(new Finding(FindingLevel.Ok, "keys",
                $"{keys.Count} keys in project {session.Settings.Project}, none needs care"));
    }

    /// <summary>What a key's own dates say.</summary>
    internal static IEnumerable<Finding> JudgeKey(CryptoKey key, DateTimeOffset now)
    {
        if (key.NextRotationTime?.ToDateTimeOffset() is { } due && due < now - TimeSpan.FromMinutes(1))
            yield return new Finding(FindingLevel.Error, "keys", $"{key.Name} was due for rotation at {due:u}",
                "docs/runbooks/rotation.md");
        if (key.Primary is not { } primary) yield break;
        if (primary.DestroyTime?.ToDateTimeOffset() is { } end && end > now && end - now < Soon)
            yield return new Finding(FindingLevel.Error, "keys", $"{primary.Name}, a primary, is destroyed at {end:u}",
                $"keyward version restore {primary.Name}");
        if (key.NextRotationTime is null && now - primary.CreateTime.ToDateTimeOffset() > Old)
            yield return new Finding(FindingLevel.Warning, "keys",
                $"{key.Name} has no rotation schedule, and its primary is over a year old",
                $"keyward key update {key.Name} --rotation-period 90d");
    }

    private async Task MetricsAsync(List<Finding> findings)
    {
        using var answer = await client.GetAsync(
            new Uri($"https://{session.Settings.Address}/metrics"), session.Cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            findings.Add(new Finding(FindingLevel.Unknown, "metrics", "the server does not show them to this machine",
                "Run the doctor on the server's machine, or set metrics.auth to open."));
            return;
        }

        findings.AddRange(MetricFindings.Judge(MetricText.Parse(
            await answer.Content.ReadAsStringAsync(session.Cancellation).ConfigureAwait(false)), _now));
    }

    private async Task RulesAsync(List<Finding> findings)
    {
        if (prometheus is null)
        {
            findings.Add(new Finding(FindingLevel.Unknown, "rules", "no Prometheus was named",
                "keyward doctor --prometheus http://localhost:9090"));
            return;
        }

        using var plain = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new Uri(prometheus.TrimEnd('/') + "/api/v1/rules?type=alert"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var answer = await plain.SendAsync(request, session.Cancellation).ConfigureAwait(false);
        using var json = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(session.Cancellation).ConfigureAwait(false));
        findings.AddRange(MetricFindings.JudgeRules(json.RootElement));
    }
}
