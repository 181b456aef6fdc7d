using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.KeyUse;

/// <summary>A ciphertext and the version that made it.</summary>
public readonly record struct Encrypted(byte[] Ciphertext, KeyVersion Version);

/// <summary>Encrypts up to 64 KiB under a key's primary version, or under the version that is named.</summary>
public sealed class Encrypt(KeyName key, int? version, ReadOnlyMemory<byte> plaintext, Context context)
    : IOperation<Encrypted>
{
    public const int MaximumPlaintextSizeBytes = 64 * 1024;

    private static readonly Verb Name = new("encrypt", OperationClass.DataWrite);

    Verb IOperation<Encrypted>.Verb => Name;

    Demand IOperation<Encrypted>.Demand => Demand.On(Permission.VersionsUseToEncrypt, key);

    IRequestAttributes IOperation<Encrypted>.Attributes => ContextAttributes.Of(context);

    void IOperation<Encrypted>.Describe(RecordDraft draft)
    {
        draft.Project = key.Project.Value;
        draft.PlaintextSizeBytes = plaintext.Length;
        draft.ContextSizeBytes = context.IsNone ? null : context.Encoded.Length - 1;
    }

    ValueTask<Outcome<Encrypted>> IOperation<Encrypted>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<Encrypted> Run(Passage passage)
    {
        if (plaintext.Length > MaximumPlaintextSizeBytes) return TooLarge.Plaintext;
        if (context.Encoded.Length > Context.MaximumOpaqueSizeBytes + 1) return TooLarge.Context;
        if (passage.Snapshot.Find(key) is not { } entry) return Missing(passage, version);
        if (KeyRefusals.JudgeUse(entry, passage.Now) is { } resting) return resting;
        if (entry.Key.Purpose != Purpose.EncryptDecrypt) return WrongPurpose.Of(key);
        var used = version is { } number ? entry.Find(number) : entry.Primary;
        if (used is null)
            return version is null ? KeyRefusals.NoPrimary(entry.Key) : Missing(passage, version);
        passage.Record.Version = used;
        passage.Record.Resource = used.Material.Sealed.Binding.Name;
        if (AlteredRows.Refuse(passage.Snapshot, used) is { } altered) return altered;
        if (used.StateAt(passage.Now) is var state && state != VersionState.Enabled)
            return KeyRefusals.NotEnabled(used, state);

        var ciphertext = GC.AllocateUninitializedArray<byte>(Ciphertext.SizeOf(plaintext.Length));
        Ciphertext.WritePrefix(ciphertext, entry.Key.Id, used.Name.Number);
        passage.Vault.Keystore.Encrypt(used.Material, context.Encoded, plaintext.Span, ciphertext);
        Digests.Set(passage, context, ciphertext);
        return new Encrypted(ciphertext, used);
    }

    private Refusal Missing(Passage passage, int? number)
    {
        var name = number is { } n ? new VersionName(key, n).ToString() : key.ToString();
        passage.Record.Resource = name;
        return KeyRefusals.NotFound(name);
    }
}
