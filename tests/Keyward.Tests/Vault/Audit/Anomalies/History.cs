using Keyward.Tests.Vault.Audit.Index;

namespace Keyward.Tests.Vault.Audit.Anomalies;

/// <summary>Sixty days of a deployment: services that run day and night, people who keep office hours, a nightly job,
/// some refusals now and then, and an administrator. The same for the same seed.</summary>
internal sealed class History(int seed)
{
    public const int Days = 60;

    /// <summary>A Thursday, so that weeks begin anywhere.</summary>
    public static DateTimeOffset Begin { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset End => Begin.AddDays(Days);

    private readonly Random _random = new(seed);
    private readonly List<RecordText> _records = [];

    public static string KeyOf(int number) =>
        $"projects/default/locations/global/keyRings/ring/cryptoKeys/k{number}";

    /// <summary>In order of time.</summary>
    public IReadOnlyList<RecordText> Ordinary()
    {
        // Two services share a key and use it about thirty and about four times an hour.
        Steady("web@p.iam", 1, "decrypt", 30, "10.1.1.");
        Steady("worker@p.iam", 1, "encrypt", 4, "10.1.2.");
        Steady("mail@p.iam", 2, "sign", 0.3, "10.1.3.");
        Office("ann@p.iam", 3, 12);
        Office("bob@p.iam", 3, 12);
        for (var day = 0; day < Days; day++)
        {
            for (var i = 0; i < 60; i++) Use(Begin.AddDays(day).AddHours(2).AddSeconds(i * 20), "backup@p.iam", 4, "encrypt", "10.1.4.9");
            if (_random.Next(3) == 0)
                for (var i = _random.Next(6); i >= 0; i--)
                    Add(new RecordText(Begin.AddDays(day).AddMinutes(_random.Next(1_440)), "decrypt")
                    {
                        Principal = "web@p.iam", Key = KeyOf(2 + i), Outcome = "denied",
                    });
            if (day % 10 == 5)
                Add(new RecordText(Begin.AddDays(day).AddHours(10), "set_policy")
                {
                    Principal = "admin@p.iam", Class = "admin_write",
                    Added = [("added", "roles/cloudkms.viewer serviceAccount:new@p.iam")],
                });
        }

        return [.. _records.OrderBy(r => r.Time)];
    }

    /// <summary>The ordinary days and one event at their end; what it is called.</summary>
    public IReadOnlyList<RecordText> With(string kind)
    {
        Ordinary();
        var noon = End.AddDays(-1).Date.AddHours(12);
        var at = new DateTimeOffset(noon, TimeSpan.Zero).AddMinutes(_random.Next(60));
        switch (kind)
        {
            case "new_principal":
                Use(at, "stranger@p.iam", 1, "decrypt", "10.1.1.5");
                break;
            case "new_source":
                Use(at, "web@p.iam", 1, "decrypt", "203.0.113.7");
                break;
            case "off_hours":
                Use(End.AddDays(-1).AddHours(23).AddMinutes(_random.Next(60)), "ann@p.iam", 3, "decrypt", "10.1.9.1");
                break;
            case "volume":
                for (var i = 0; i < 120; i++) Use(at.AddSeconds(i), "worker@p.iam", 1, "encrypt", "10.1.2.5");
                break;
            case "dormant":
                Use(Begin.AddHours(1), "archive@p.iam", 9, "decrypt", "10.1.5.5");
                Use(Begin.AddDays(95), "archive@p.iam", 9, "decrypt", "10.1.5.5");
                break;
            case "denied_burst":
                for (var i = 0; i < 24; i++)
                    Add(new RecordText(at.AddSeconds(i * 15), "decrypt")
                    {
                        Principal = "mail@p.iam", Key = KeyOf(i % 6), Outcome = "denied",
                    });
                break;
            case "export":
                Add(new RecordText(at, "create_backup") { Principal = "admin@p.iam", Key = "backups", Outcome = "denied" });
                break;
            case "policy_widened":
                Add(new RecordText(at, "set_policy")
                {
                    Principal = "admin@p.iam", Class = "admin_write", Key = KeyOf(1),
                    Added = [("added", "roles/cloudkms.cryptoKeyDecrypter allAuthenticatedUsers")],
                });
                break;
            case "audit_off":
                Add(new RecordText(at, "prune_log") { Principal = "admin@p.iam", Key = "audit", Class = "admin_write" });
                break;
            case "fan_out":
                for (var i = 0; i < 11; i++) Use(at.AddMinutes(i), "web@p.iam", 20 + i, "decrypt", "10.1.1.5");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }

        return [.. _records.OrderBy(r => r.Time)];
    }

    /// <summary>By chance alone, so many an hour in the mean.</summary>
    private void Steady(string principal, int key, string operation, double anHour, string network)
    {
        for (var at = Begin; ;)
        {
            at += TimeSpan.FromHours(-Math.Log(1 - _random.NextDouble()) / anHour);
            if (at >= End) return;
            Use(at, principal, key, operation, network + _random.Next(1, 20));
        }
    }

    /// <summary>Monday to Friday from eight to six.</summary>
    private void Office(string principal, int key, double anHour)
    {
        for (var hour = 0; hour < Days * 24; hour++)
        {
            var at = Begin.AddHours(hour);
            if (at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || at.Hour is < 8 or >= 18) continue;
            for (var left = 0.0; (left -= Math.Log(1 - _random.NextDouble()) / anHour) < 1;)
                Use(at.AddHours(left), principal, key, "decrypt", "10.1.9." + _random.Next(1, 9));
        }
    }

    private void Use(DateTimeOffset at, string principal, int key, string operation, string ip) =>
        Add(new RecordText(at, operation) { Principal = principal, Key = KeyOf(key), Version = 1, Ip = ip });

    private void Add(RecordText record) => _records.Add(record);
}
