using Google.Cloud.Kms.V1;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using ImportJob = Keyward.Vault.Imports.ImportJob;
using WireFormat = Google.Cloud.Kms.V1.PublicKey.Types.PublicKeyFormat;
using WireJob = Google.Cloud.Kms.V1.ImportJob;
using WireLevel = Google.Cloud.Kms.V1.ProtectionLevel;

namespace Keyward.Doors.Google;

/// <summary>Import jobs, and bringing material in by them.</summary>
internal sealed partial class KeyManagement
{
    public override Task<WireJob> CreateImportJob(CreateImportJobRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Create(request), Show);

    public override Task<WireJob> GetImportJob(GetImportJobRequest request, ServerCallContext context)
    {
        Outcome<IOperation<ImportJob>> operation =
            !ResourceNames.ImportJob(request.Name).TryGet(out var name, out var refusal) ? refusal
            : !ImportMethodNames.Parse(request.PublicKeyFormat).TryGet(out var form, out refusal) ? refusal
            : new GetImportJob(name, form);
        return gate.PassAsync(
            context, operation, job => ImportMethodNames.Show(job, request.PublicKeyFormat, gate.Now));
    }

    public override Task<ListImportJobsResponse> ListImportJobs(
        ListImportJobsRequest request, ServerCallContext context) => gate.PassAsync(context, List(request), page =>
    {
        var response = new ListImportJobsResponse { NextPageToken = page.NextToken, TotalSize = page.TotalSize ?? 0 };
        response.ImportJobs.AddRange(page.Items.Select(Show));
        return response;
    });

    public override Task<CryptoKeyVersion> ImportCryptoKeyVersion(
        ImportCryptoKeyVersionRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Import(request), Show);

    private WireJob Show(ImportJob job) => ImportMethodNames.Show(job, WireFormat.Unspecified, gate.Now);

    private static Outcome<IOperation<ImportJob>> Create(CreateImportJobRequest request)
    {
        if (!ResourceNames.KeyRing(request.Parent).TryGet(out var ring, out var refusal)) return refusal;
        var job = request.ImportJob ?? new WireJob();
        if (!ImportMethodNames.Parse(job.ImportMethod).TryGet(out var method, out refusal)) return refusal;
        return job.ProtectionLevel switch
        {
            WireLevel.Software => new CreateImportJob(new ImportJobName(ring, request.ImportJobId), method),
            WireLevel.Unspecified => Bad("import_job.protection_level is required."),
            _ when System.Enum.IsDefined(job.ProtectionLevel) =>
                NotOffered.Method("This protection level", Unoffered.Level),
            _ => Bad("import_job.protection_level is not a protection level."),
        };
    }

    private Outcome<IOperation<Page<ImportJob>>> List(ListImportJobsRequest request)
    {
        if (!ResourceNames.KeyRing(request.Parent).TryGet(out var parent, out var refusal)) return refusal;
        return Lists.Page<ImportJob>(request.PageSize, request.PageToken, request.Filter, request.OrderBy,
            WireJob.Descriptor, Show).TryGet(out var page, out refusal)
            ? new ListImportJobs(parent, page)
            : refusal;
    }

    private static Outcome<IOperation<KeyVersion>> Import(ImportCryptoKeyVersionRequest request)
    {
        if (!ResourceNames.Key(request.Parent).TryGet(out var key, out var refusal)) return refusal;
        if (!ResourceNames.ImportJob(request.ImportJob).TryGet(out var job, out refusal)) return refusal;
        if (request.TrustedWrappingEnabled) return NotOffered.Method(
            "Trusted wrapping", Unoffered.TrustedWrapping);
        if (!Algorithms.ParseRequired(request.Algorithm).TryGet(out var algorithm, out refusal)) return refusal;
        int? number = null;
        if (request.CryptoKeyVersion.Length > 0)
        {
            if (!ResourceNames.Version(request.CryptoKeyVersion).TryGet(out var version, out refusal)) return refusal;
            if (version.Parent != key) return Bad("crypto_key_version is not a version of parent.");
            number = version.Number;
        }

        if (request.WrappedKey.IsEmpty == request.RsaAesWrappedKey.IsEmpty)
            return Bad("Exactly one of wrapped_key and rsa_aes_wrapped_key is needed.");
        var wrapped = request.WrappedKey.IsEmpty ? request.RsaAesWrappedKey : request.WrappedKey;
        return new ImportVersion(key, number, algorithm, job, wrapped.ToByteArray());
    }
}
