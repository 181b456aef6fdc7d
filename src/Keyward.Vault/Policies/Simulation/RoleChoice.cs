namespace Keyward.Vault.Policies.Simulation;

/// <summary>The predefined roles that confer some rights and the least besides.</summary>
internal sealed record RoleChoice(IReadOnlyList<string> Roles, int Excess)
{
    /// <summary>What nearly every role confers is nobody's reason to take one.</summary>
    private static readonly List<(string Role, HashSet<Permission> Confers)> Candidates =
        [.. Policies.Roles.All.Order(StringComparer.Ordinal)
            .Select(r => (r, Policies.Roles.PermissionsOf(r).ToHashSet()))];

    public static RoleChoice Of(IEnumerable<Permission> permissions)
    {
        var needed = permissions.Where(p => p != Permission.None).ToHashSet();
        var several = Greedy(needed);
        // One role says the same more plainly where it gives no more.
        var single = Candidates.Where(c => needed.IsSubsetOf(c.Confers))
            .OrderBy(c => c.Confers.Count).Select(c => new RoleChoice([c.Role], c.Confers.Count - needed.Count))
            .FirstOrDefault();
        return single is not null && single.Excess <= several.Excess ? single : several;
    }

    /// <summary>Each time the role that adds least of what is not needed for each right that it covers.</summary>
    private static RoleChoice Greedy(HashSet<Permission> needed)
    {
        var (missing, conferred, roles) = (needed.ToHashSet(), new HashSet<Permission>(), new List<string>());
        while (missing.Count > 0)
        {
            var best = Candidates.Where(c => c.Confers.Overlaps(missing))
                .OrderBy(c => (double)c.Confers.Count(p => !needed.Contains(p) && !conferred.Contains(p))
                    / c.Confers.Count(missing.Contains))
                .ThenByDescending(c => c.Confers.Count(missing.Contains)).FirstOrDefault();
            if (best.Role is null) break;
            roles.Add(best.Role);
            conferred.UnionWith(best.Confers);
            missing.ExceptWith(best.Confers);
        }

        return new RoleChoice([.. roles.Order(StringComparer.Ordinal)], conferred.Count(p => !needed.Contains(p)));
    }
}
