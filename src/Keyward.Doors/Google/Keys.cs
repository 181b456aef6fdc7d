using System.Collections.Immutable;
using Google.Cloud.Kms.V1;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Google;

internal sealed partial class KeyManagement
{
    public override Task<CryptoKey> CreateCryptoKey(CreateCryptoKeyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Create(request), Show);

    public override Task<CryptoKey> GetCryptoKey(GetCryptoKeyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<KeyView>> operation =
            ResourceNames.Key(request.Name).TryGet(out var name, out var refusal) ? new GetKey(name) : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ListCryptoKeysResponse> ListCryptoKeys(
        ListCryptoKeysRequest request, ServerCallContext context) => gate.PassAsync(context, List(request), page =>
    {
        var response = new ListCryptoKeysResponse { NextPageToken = page.NextToken, TotalSize = page.TotalSize ?? 0 };
        response.CryptoKeys.AddRange(page.Items.Select(Show));
        return response;
    });

    public override Task<CryptoKey> UpdateCryptoKey(UpdateCryptoKeyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Update(request), Show);

    public override Task<CryptoKey> UpdateCryptoKeyPrimaryVersion(
        UpdateCryptoKeyPrimaryVersionRequest request, ServerCallContext context)
    {
        Outcome<IOperation<KeyView>> operation = ResourceNames.Version(
            $"{request.Name}/cryptoKeyVersions/{request.CryptoKeyVersionId}").TryGet(out var version, out var refusal)
                ? new SetPrimaryVersion(version)
                : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    private CryptoKey Show(KeyView view) => Rendering.Key(view, gate.Now);

    private static Outcome<IOperation<KeyView>> Create(CreateCryptoKeyRequest request)
    {
        var key = request.CryptoKey ?? new CryptoKey();
        if (!ResourceNames.KeyRing(request.Parent).TryGet(out var ring, out var refusal)) return refusal;
        if (!Algorithms.Parse(key.Purpose).TryGet(out var purpose, out refusal)) return refusal;
        if (!Algorithms.Parse(key.VersionTemplate).TryGet(out var algorithm, out refusal)) return refusal;
        if (request.TrustedWrappingEnabled) return NotOffered.Method(
            "Trusted wrapping", Unoffered.TrustedWrapping);
        if (key.KeyAccessJustificationsPolicy is not null) return NotOffered.Method(
            "A key access justifications policy", "Narrow the key's use by conditions of its IAM policy.");
        if (key.CryptoKeyBackend.Length > 0) return Bad("crypto_key_backend is for external keys.");
        if (!Times.Parse(key.RotationPeriod, key.NextRotationTime).TryGet(out var rotation,
            out refusal)) return refusal;
        if (!Times.Parse(key.DestroyScheduledDuration, null).TryGet(out var destroy, out refusal)) return refusal;
        if (algorithm == Algorithm.Unspecified) algorithm = AlgorithmTable.DefaultOf(purpose);
        return new CreateKey(new KeyName(ring, request.CryptoKeyId), purpose, algorithm)
        {
            Labels = LabelsOf(key),
            RotationPeriod = rotation.Period,
            NextRotationTime = rotation.Time,
            DestroyScheduledDuration = destroy.Period,
            ImportOnly = key.ImportOnly,
            SkipInitialVersion = request.SkipInitialVersionCreation,
        };
    }

    private Outcome<IOperation<Page<KeyView>>> List(ListCryptoKeysRequest request)
    {
        if (!ResourceNames.KeyRing(request.Parent).TryGet(out var parent, out var refusal)) return refusal;
        var now = gate.Now;
        return Lists.Page<KeyView>(request.PageSize, request.PageToken, request.Filter, request.OrderBy,
            CryptoKey.Descriptor, view => Rendering.Key(view, now)).TryGet(out var page, out refusal)
            ? new ListKeys(parent, page)
            : refusal;
    }

    private static Outcome<IOperation<KeyView>> Update(UpdateCryptoKeyRequest request)
    {
        var key = request.CryptoKey ?? new CryptoKey();
        if (!ResourceNames.Key(key.Name).TryGet(out var name, out var refusal)) return refusal;
        if (!FieldMasks.Parse(request.UpdateMask, CryptoKey.Descriptor, "labels", "rotation_period",
            "next_rotation_time", "version_template.algorithm").TryGet(out var mask, out refusal)) return refusal;
        if (!Algorithms.Parse(key.VersionTemplate).TryGet(out var algorithm, out refusal)) return refusal;
        if (!Times.Parse(key.RotationPeriod, key.NextRotationTime).TryGet(out var rotation,
            out refusal)) return refusal;
        var fields = KeyFields.None;
        if (mask.Contains("labels")) fields |= KeyFields.Labels;
        if (mask.Contains("rotation_period")) fields |= KeyFields.RotationPeriod;
        if (mask.Contains("next_rotation_time")) fields |= KeyFields.NextRotationTime;
        if (mask.Contains("version_template.algorithm")) fields |= KeyFields.Algorithm;
        return new UpdateKey(name, fields)
        {
            Labels = LabelsOf(key),
            RotationPeriod = rotation.Period,
            NextRotationTime = rotation.Time,
            Algorithm = algorithm,
        };
    }

    private static ImmutableSortedDictionary<string, string> LabelsOf(CryptoKey key) =>
        key.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
