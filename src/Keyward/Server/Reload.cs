using Keyward.Server.Peers;
using Keyward.Server.Settings;
using Keyward.Server.Systemd;
using Keyward.Server.Tls;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>SIGHUP: reads the settings again, judges all of them first, then takes over those that may change while the
/// server runs. On any error everything stays as it was. One reload at a time.</summary>
internal sealed class Reload(
    Func<SettingReader> read, LiveSettings live, VaultKeeper keeper, ServedCertificate certificate,
    ConnectionGuard guard, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private List<SettingValue> _values = [.. read().Values];

    public void Run()
    {
        lock (_lock)
        {
            SystemdNotice.Send(FormattableString.Invariant(
                $"RELOADING=1\nMONOTONIC_USEC={(long)(time.GetTimestamp() * 1e6 / time.TimestampFrequency)}"));
            RunLocked();
            var status = keeper.Gate.Status;
            SystemdNotice.Send($"READY=1\nSTATUS={status.Reason}: {status.Sentence}");
        }
    }

    private void RunLocked()
    {
        var reader = read();
        foreach (var error in reader.Errors) Log.ReloadError(logger, error);
        if (reader.Errors.Count > 0)
        {
            Log.ReloadRefused(logger);
            return;
        }

        var values = reader.Values.ToList();
        var changed = values.Where(v => _values.Single(old => old.Setting == v.Setting).Value != v.Value).ToList();
        var settings = live.Current.With(ServerSettings.Of(reader));
        try
        {
            // The certificate's files may be new under the same names.
            certificate.Load(settings);
        }
        catch (StartException failure)
        {
            Log.ReloadError(logger, failure.Message);
            Log.ReloadRefused(logger);
            return;
        }

        keeper.Apply(settings);
        guard.Limits = settings.PeerLimits;
        live.Current = settings;
        _values = [.. _values.Select(old => old.Setting.IsLive ? values.Single(v => v.Setting == old.Setting) : old)];
        Log.Reloaded(logger, Names(changed.Where(v => v.Setting.IsLive)));
        if (changed.Any(v => !v.Setting.IsLive))
            Log.NeedsRestart(logger, Names(changed.Where(v => !v.Setting.IsLive)));
    }

    private static string Names(IEnumerable<SettingValue> values) =>
        values.Select(v => v.Setting.Name).ToList() is { Count: > 0 } names ? string.Join(", ", names) : "none";
}
