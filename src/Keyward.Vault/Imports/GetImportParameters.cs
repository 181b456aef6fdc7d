using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Imports;

/// <summary>What an owner needs to bring material to one key: a public key to wrap it under, and the token that goes
/// back with it.</summary>
public sealed record ImportParameters(byte[] Token, ReadOnlyMemory<byte> PublicKey, DateTimeOffset Expires);

/// <summary>Gives out parameters for an import. Each call gives fresh ones and leaves earlier ones good.</summary>
public sealed record GetImportParameters(KeyName Key, ImportMethod Method) : IOperation<ImportParameters>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    Verb IOperation<ImportParameters>.Verb { get; } = new("get_import_parameters", OperationClass.AdminRead);

    Demand IOperation<ImportParameters>.Demand => Demand.On(Permission.CryptoKeysGetImportParameters, Key);

    IRequestAttributes IOperation<ImportParameters>.Attributes =>
        new RequestAttributes((AttributeNames.WrappingMethod, Method));

    void IOperation<ImportParameters>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
        draft.Parameter("import_method", Method.ToString());
    }

    async ValueTask<Outcome<ImportParameters>> IOperation<ImportParameters>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Key) is not { } entry) return KeyRefusals.NotFound(Key);
        if (!entry.Key.ImportOnly) return ImportMaterial.NotImported(entry.Key);
        if (KeyRefusals.JudgeState(entry.Key, passage.Now) is { } refusal) return refusal;
        var vault = passage.Vault;
        using var pair = await vault.Keystore.GenerateAsync(ImportMethods.PairOf(Method), Patience)
            .ConfigureAwait(false);
        if (pair is null) return SlowLane.Full;
        var expires = DateTimeOffset.FromUnixTimeSeconds((passage.Now + ImportToken.Lifetime).ToUnixTimeSeconds());
        var token = ImportToken.Make(vault, Key, Method, expires, pair);
        var publicKey = vault.Keystore.PublicKey(token.WrappingKey).ToArray();
        // The private half stays with the token: it is opened anew when that comes back.
        vault.Keystore.Forget(token.WrappingKey.KeyId, 1);
        return new ImportParameters(token.ToBytes(vault), publicKey, expires);
    }
}
