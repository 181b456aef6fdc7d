using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Random bytes for a caller. Dispose clears them.</summary>
public sealed class RandomBytes(byte[] bytes) : IDisposable
{
    public byte[] Bytes { get; } = bytes;

    public void Dispose() => CryptographicOperations.ZeroMemory(Bytes);
}

/// <summary>Bytes from the same generator that keys come from.</summary>
public sealed record GenerateRandom(LocationName Location, int SizeBytes) : IOperation<RandomBytes>
{
    public const int MaximumSizeBytes = 1_024;

    Verb IOperation<RandomBytes>.Verb { get; } = new("generate_random", OperationClass.DataRead);

    Demand IOperation<RandomBytes>.Demand => Demand.On(Permission.LocationsGenerateRandomBytes, Location);

    void IOperation<RandomBytes>.Describe(RecordDraft draft)
    {
        draft.Resource = Location.ToString();
        draft.Project = Location.Project.Value;
        draft.PlaintextSizeBytes = SizeBytes;
    }

    ValueTask<Outcome<RandomBytes>> IOperation<RandomBytes>.RunAsync(Passage passage)
    {
        if (SizeBytes is < 1 or > MaximumSizeBytes)
            return new(KeyRules.Invalid($"At most {MaximumSizeBytes} random bytes can be asked for at once."));
        return new(passage.Settings.Locations.Contains(Location.Location.Value)
            ? new RandomBytes(RandomNumberGenerator.GetBytes(SizeBytes))
            : KeyRefusals.UnknownLocation(Location));
    }
}
