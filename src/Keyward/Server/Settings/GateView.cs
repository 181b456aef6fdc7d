using System.Globalization;
using Keyward.Keystores.Age;
using Keyward.Vault.Gate;

namespace Keyward.Server.Settings;

/// <summary>What the gate must know of the settings.</summary>
internal static class GateView
{
    public static GateSettings Of(DataFolder folder, ServerSettings settings, string address)
    {
        var token = new List<string> { $"https://{address}/token" };
        if (AdminCredentials.TokenAddress(folder) is { } first && !token.Contains(first)) token.Add(first);
        var door = new List<string> { $"https://{address}/" };
        foreach (var name in NamesOf(settings))
        {
            token.Add($"https://{name}/token");
            door.Add($"https://{name}/");
        }

        return new GateSettings(settings.Locations, settings.ClockSkew, token, door)
        {
            EmptyCall = settings.EmptyCall, Node = folder.NodeName(), Address = address,
            Build = Cli.ProgramVersion.Number, AuditArchive = settings.AuditArchive,
            AuditArchiveSeal = settings.AuditArchiveRecipients is { Count: > 0 } recipients
                ? bytes => AgeWriter.Seal(bytes.Span, recipients) : null,
            PrunesLog = settings.PrunesLog,
            UnknownPerSecond = settings.UnknownPerSecond, GivesReceipts = !settings.BenchWithout.Contains("receipts"),
            IssuerUrl = $"https://{address}", CredentialMaximumAge = settings.CredentialMaximumAge,
            CredentialMaximumIdle = settings.CredentialMaximumIdle,
        };
    }

    /// <summary>What the server's certificate names is the server: a balancer's name, at the ports that it listens on
    /// or at https's own.</summary>
    private static IEnumerable<string> NamesOf(ServerSettings settings) => settings.TlsNames.SelectMany(name =>
        settings.Listen.Select(l => l.Port).Where(port => port != 0).Distinct()
            .Select(port => string.Create(CultureInfo.InvariantCulture, $"{name}:{port}")).Append(name));
}
