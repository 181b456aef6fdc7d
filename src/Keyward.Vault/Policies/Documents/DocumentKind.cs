namespace Keyward.Vault.Policies.Documents;

/// <summary>Where a policy document stands, and so what it must and must not say.</summary>
public enum DocumentKind
{
    Unspecified = 0,

    /// <summary>On a key: its statements name principals; the resource is that key.</summary>
    Key = 1,

    /// <summary>On a principal: its statements name resources.</summary>
    Identity = 2,

    /// <summary>On a session: the same, and it only narrows.</summary>
    Session = 3,
}
