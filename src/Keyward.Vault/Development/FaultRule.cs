using Keyward.Vault.Gate;

namespace Keyward.Vault.Development;

/// <summary>Which requests meet which fault. What is null matches everything; patterns have <c>*</c> and <c>?</c>. Of
/// the requests that match, a share meets the fault: the same ones in every run, since the choice follows from
/// <see cref="Seed"/> and the request's number.</summary>
/// <param name="Id">Chosen by who adds it; unique.</param>
public sealed record FaultRule(string Id, FaultKind Kind)
{
    public const int MaximumIdLength = 63;

    /// <summary>Longer than any client waits.</summary>
    public static readonly TimeSpan MaximumDelay = TimeSpan.FromMinutes(10);

    /// <summary>A member such as <c>serviceAccount:EMAIL</c>, or the e-mail alone.</summary>
    public string? Principal { get; init; }

    /// <summary>A key's full name.</summary>
    public string? Key { get; init; }

    /// <summary>The vendor's method, such as <c>Encrypt</c> or <c>GenerateDataKey</c>, in any case.</summary>
    public string? Operation { get; init; }

    /// <summary>A door's label, such as <c>aws</c> or <c>google_grpc</c>.</summary>
    public string? Door { get; init; }

    /// <summary>How long the answer is held back, whatever it is.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>More than 0, and 1 for all.</summary>
    public double Share { get; init; } = 1;

    /// <summary>So many matching requests go free before the first one that may meet the fault.</summary>
    public long After { get; init; }

    /// <summary>The fault is met so often and then no more; null for ever.</summary>
    public long? Times { get; init; }

    public long Seed { get; init; }

    /// <summary>What is wrong with the rule, in one sentence; null if it is good.</summary>
    public string? Judge()
    {
        if (Id.Length is 0 or > MaximumIdLength || !Names.ResourceId.IsValid(Id))
            return "A fault's id has 1 to 63 letters, digits, underscores and hyphens.";
        if (Kind == FaultKind.Unspecified)
            return "The fault is one of " + string.Join(", ", FaultKinds.All.Select(k => k.Name())) + ".";
        if (Delay < TimeSpan.Zero || Delay > MaximumDelay) return "A delay is at most 10 minutes.";
        if (Kind == FaultKind.Delay && Delay == TimeSpan.Zero) return "The fault delay needs a delay.";
        if (!(Share > 0 && Share <= 1)) return "The share is more than 0 and at most 1.";
        if (After < 0) return "after is not negative.";
        if (Times is <= 0) return "times is at least 1.";
        if (Door is { } door && !Enum.GetValues<Door>().Any(d => d.Label() == door))
            return "The door is one of " + string.Join(", ", Enum.GetValues<Door>()
                .Where(d => d != Gate.Door.Unspecified).Select(d => d.Label())) + ".";
        return null;
    }
}

/// <summary>A rule as it stands: how many requests matched it, and how many of them met the fault.</summary>
public sealed record FaultStatus(FaultRule Rule, long Matched, long Met);
