using System.CommandLine;
using Google.Cloud.Kms.V1;
using Keyward.Doors.Google;
using WireMethod = Google.Cloud.Kms.V1.ImportJob.Types.ImportMethod;
using WireState = Google.Cloud.Kms.V1.ImportJob.Types.ImportJobState;

namespace Keyward.Cli;

internal static class ImportJobCommands
{
    /// <summary>Fits every kind of key.</summary>
    public const string UsualMethod = "rsa-oaep-4096-sha256-aes-256";

    public static readonly Option<string?> Method = Commands.Text("--import-method", "METHOD",
        $"How keys are wrapped, such as {UsualMethod} (default), rsa-oaep-3072-sha256, " +
        "hpke-kem-xwing-hkdf-sha256-aes-256-gcm.");

    private static readonly Argument<string> Job = Commands.Name(
        "job", "The import job: short with --keyring, or full.");
    private static readonly Option<string?> Level = Commands.Text("--protection-level", "LEVEL", "software.");

    /// <summary>A job whose key is not there after so long is told of, not waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Build() => Commands.Group("import-job", "Wrapping keys of three days, to bring own keys in.",
        Commands.Make("create", "Make an import job and wait for its wrapping key.",
            ["keyward import-job create first --keyring shop",
             "keyward import-job create quantum --keyring shop --import-method hpke-kem-xwing-hkdf-sha256-aes-256-gcm"],
            "gcloud kms import-jobs create",
            async s => s.Output.Write(await CreateAsync(s, NameOf(s, s.Get(Job))).ConfigureAwait(false)), Job,
            Names.KeyRing, Method, Level),
        Commands.Make("list", "List the import jobs of a key ring.", ["keyward import-job list --keyring shop"],
            "gcloud kms import-jobs list", ListAsync, Names.KeyRing),
        Commands.Make("describe", "Show an import job and its wrapping key.",
            ["keyward import-job describe first --keyring shop", "keyward import-job describe first --keyring shop " +
                "--field publicKey.pem > wrapping.pem"],
            "gcloud kms import-jobs describe",
            async s => s.Output.Write(await Get(s, NameOf(s, s.Get(Job)))), Job, Names.KeyRing))
        .WithAlias("import-jobs");

    /// <summary>Makes a job and comes back when it is active.</summary>
    public static async Task<ImportJob> CreateAsync(Session session, string name)
    {
        var at = name.LastIndexOf("/importJobs/", StringComparison.Ordinal);
        if (!string.Equals(session.Get(Level) ?? "software", "software", StringComparison.OrdinalIgnoreCase))
            throw new UsageException("Only --protection-level software is offered.");
        var job = await session.Server.Keys.CreateImportJobAsync(new CreateImportJobRequest
        {
            Parent = name[..at],
            ImportJobId = name[(at + "/importJobs/".Length)..],
            ImportJob = new ImportJob
            {
                ImportMethod = ParseMethod(session), ProtectionLevel = ProtectionLevel.Software,
            },
        }, cancellationToken: session.Cancellation);
        return await WhenActiveAsync(session, job).ConfigureAwait(false);
    }

    public static async Task<ImportJob> WhenActiveAsync(Session session, ImportJob job)
    {
        var until = TimeProvider.System.GetUtcNow() + Patience;
        while (job.State == WireState.PendingGeneration)
        {
            if (TimeProvider.System.GetUtcNow() > until)
                throw new FailedException($"{job.Name} has no wrapping key yet.",
                    $"Look later: keyward import-job describe {job.Name}");
            await Task.Delay(Pause, session.Cancellation).ConfigureAwait(false);
            job = await Get(session, job.Name);
        }

        return job.State == WireState.Active
            ? job
            : throw new FailedException($"{job.Name} has expired.", "Make a new one: keyward import-job create NAME");
    }

    public static string NameOf(Session session, string job) => job.Contains("/importJobs/", StringComparison.Ordinal)
        ? job
        : $"{Names.RingOf(session, session.Get(Names.KeyRing))}/importJobs/{job}";

    public static Grpc.Core.AsyncUnaryCall<ImportJob> Get(Session session, string name) =>
        session.Server.Keys.GetImportJobAsync(
            new GetImportJobRequest { Name = name }, cancellationToken: session.Cancellation);

    private static async Task ListAsync(Session session) => session.Output.WriteList(await Existing.AllAsync(
        async token => await session.Server.Keys.ListImportJobsAsync(new ListImportJobsRequest
        {
            Parent = Names.RingOf(session, session.Get(Names.KeyRing)), PageToken = token, PageSize = 1_000,
        }, cancellationToken: session.Cancellation), p => p.ImportJobs, p => p.NextPageToken).ConfigureAwait(false), "",
        "name", "state", "importMethod", "expireTime");

    private static WireMethod ParseMethod(Session session)
    {
        var given = session.Get(Method) ?? UsualMethod;
        var name = given.Replace('-', '_').ToUpperInvariant();
        var value = ImportJob.Descriptor.EnumTypes.Single(e => e.Name == "ImportMethod").FindValueByName(name);
        return value is not null && ImportMethodNames.Parse((WireMethod)value.Number).IsOk
            ? (WireMethod)value.Number
            : throw new UsageException($"{given} is not an import method.", $"--import-method {UsualMethod}");
    }
}
