using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Keys;

namespace Keyward.Doors.Google;

/// <summary>The vault's facts as Google's messages.</summary>
internal static class Rendering
{
    public static global::Google.Cloud.Kms.V1.KeyRing Ring(Vault.Keys.KeyRing ring) =>
        new() { Name = ring.Name.ToString(), CreateTime = ring.CreateTime.ToTimestamp() };

    public static CryptoKey Key(KeyView view, DateTimeOffset now)
    {
        var key = view.Key;
        var message = new CryptoKey
        {
            Name = key.Name.ToString(),
            Purpose = Algorithms.Show(key.Purpose),
            CreateTime = key.CreateTime.ToTimestamp(),
            DestroyScheduledDuration = key.DestroyScheduledDuration.ToDuration(),
            ImportOnly = key.ImportOnly,
            VersionTemplate = new CryptoKeyVersionTemplate
            {
                Algorithm = Algorithms.Show(key.Algorithm), ProtectionLevel = Algorithms.Show(key.ProtectionLevel),
            },
        };
        if (view.Primary is { } primary) message.Primary = Version(primary, now);
        if (key.RotationPeriod is { } period) message.RotationPeriod = period.ToDuration();
        if (key.NextRotationTime is { } next) message.NextRotationTime = next.ToTimestamp();
        foreach (var (name, value) in key.Labels) message.Labels[name] = value;
        return message;
    }

    public static CryptoKeyVersion Version(KeyVersion version, DateTimeOffset now)
    {
        var state = version.StateAt(now);
        var message = new CryptoKeyVersion
        {
            Name = version.Name.ToString(),
            State = Algorithms.Show(state),
            ProtectionLevel = Algorithms.Show(version.ProtectionLevel),
            Algorithm = Algorithms.Show(version.Algorithm),
            CreateTime = version.CreateTime.ToTimestamp(),
        };
        if (version.GenerateTime is { } generated) message.GenerateTime = generated.ToTimestamp();
        if (state == VersionState.DestroyScheduled && version.DestroyTime is { } due)
            message.DestroyTime = due.ToTimestamp();
        // Between the due time and the job that erases, the due time is the time of the event.
        if (state == VersionState.Destroyed && (version.DestroyEventTime ?? version.DestroyTime) is { } gone)
            message.DestroyEventTime = gone.ToTimestamp();
        message.ReimportEligible = version.IsReimportEligible(now);
        if (version.ImportFailure is { } failure) message.ImportFailureReason = failure;
        if (version.Import is { } import)
        {
            if (import.Job.Length > 0) message.ImportJob = import.Job;
            message.ImportTime = import.Time.ToTimestamp();
        }

        return message;
    }
}
