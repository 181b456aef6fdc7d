using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Keyward.Vault.Policies;

/// <summary>Members who hold a role.</summary>
public sealed record Binding(string Role, IReadOnlyList<string> Members);

/// <summary>Who holds which role at one resource. Immutable; compiled once into masks by member, so that a decision
/// is a
/// look-up. Limits: <see cref="MaximumBindings"/>, <see cref="MaximumMembers"/>, 64 KiB as text.</summary>
public sealed class Policy
{
    /// <summary>Google allows 1,500 members a policy; more bindings than a hundred no reader follows.</summary>
    public const int MaximumBindings = 100;

    public const int MaximumMembers = 1_500;

    public const int MaximumSizeBytes = 64 * 1024;

    public static readonly Policy Empty = new([]);

    private readonly FrozenDictionary<string, UInt128> _masks;
    private readonly UInt128 _everybody;

    public Policy(IReadOnlyList<Binding> bindings)
    {
        Bindings = bindings;
        var masks = new Dictionary<string, UInt128>();
        foreach (var binding in bindings)
            foreach (var member in binding.Members)
                masks[member] = masks.GetValueOrDefault(member) | Roles.MaskOf(binding.Role);
        _everybody = masks.GetValueOrDefault("allUsers") | masks.GetValueOrDefault("allAuthenticatedUsers");
        _masks = masks.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IReadOnlyList<Binding> Bindings { get; }

    internal bool Allows(string member, Permission permission)
    {
        if (_masks.Count == 0) return false;
        var bit = Roles.Bit(permission);
        return (_everybody & bit) != 0 || (_masks.TryGetValue(member, out var mask) && (mask & bit) != 0);
    }

    /// <summary>The first binding that confers a permission on a member, for the record's deciding rule.</summary>
    internal string? RuleFor(string member, Permission permission)
    {
        foreach (var binding in Bindings)
        {
            if (!Roles.Confers(binding.Role, permission)) continue;
            foreach (var candidate in binding.Members)
                if (candidate == member || candidate is "allUsers" or "allAuthenticatedUsers") return binding.Role;
        }

        return null;
    }

    internal string ToText() => JsonSerializer.Serialize(Bindings, PolicyJson.Default.IReadOnlyListBinding);

    internal static Policy Parse(string? text) => text is null
        ? Empty
        : new Policy(JsonSerializer.Deserialize(text, PolicyJson.Default.IReadOnlyListBinding)
            ?? throw new FormatException("A stored policy is not a list of bindings."));
}

[JsonSerializable(typeof(IReadOnlyList<Binding>))]
internal sealed partial class PolicyJson : JsonSerializerContext;
