namespace Keyward.Tests.Models;

/// <summary>What a version should be by now, as the vendor's page tells it; written apart from the product's own
/// table.</summary>
internal sealed class VersionModel(int number)
{
    public int Number { get; } = number;

    public string State { get; set; } = "ENABLED";

    /// <summary>When its destruction is due, while that is scheduled.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>Destruction comes by the clock alone, whether or not anybody asked.</summary>
    public void Tick(DateTimeOffset now)
    {
        if (State == "DESTROY_SCHEDULED" && Due <= now) State = "DESTROYED";
    }
}

/// <summary>A symmetric key in a plain model: its versions, its primary, the ciphertexts that were made.</summary>
internal sealed class KeyModel(string id)
{
    public static readonly TimeSpan DestroyAfter = TimeSpan.FromDays(30);

    private int _made;

    public string Id { get; } = id;

    public List<VersionModel> Versions { get; } = [];

    public int? Primary { get; set; }

    public List<(int Version, string Ciphertext, string Plaintext)> Ciphertexts { get; } = [];

    public VersionModel? Find(int number) => Versions.SingleOrDefault(v => v.Number == number);

    public void Tick(DateTimeOffset now) => Versions.ForEach(v => v.Tick(now));

    public VersionModel Add()
    {
        var version = new VersionModel(++_made);
        Versions.Add(version);
        return version;
    }

    /// <summary>Whether a change of state is allowed, and it is made if so.</summary>
    public bool Change(VersionModel version, string wanted)
    {
        if (version.State is not ("ENABLED" or "DISABLED")) return false;
        version.State = wanted;
        return true;
    }

    public bool Destroy(VersionModel version, DateTimeOffset now)
    {
        if (version.State is not ("ENABLED" or "DISABLED")) return false;
        (version.State, version.Due) = ("DESTROY_SCHEDULED", now + DestroyAfter);
        return true;
    }

    /// <summary>Only what is destroyed goes; the number is never used again.</summary>
    public bool Delete(VersionModel version)
    {
        if (version.State != "DESTROYED") return false;
        Versions.Remove(version);
        if (Primary == version.Number) Primary = null;
        return true;
    }

    public bool Restore(VersionModel version)
    {
        if (version.State != "DESTROY_SCHEDULED") return false;
        (version.State, version.Due) = ("DISABLED", null);
        return true;
    }
}
