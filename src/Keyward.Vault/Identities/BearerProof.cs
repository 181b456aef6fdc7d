namespace Keyward.Vault.Identities;

/// <summary>Where a bearer token was shown: at a door, or to the token endpoint as an assertion.</summary>
public enum ProofUse
{
    Unspecified = 0,
    Door = 1,
    TokenEndpoint = 2,
}

/// <summary>A token as it came, unjudged.</summary>
/// <param name="Text">A part of the header that it came in: a token that was seen before is known without a copy of
/// it.</param>
public readonly record struct BearerProof(ReadOnlyMemory<char> Text, ProofUse Use)
{
    public BearerProof(string token, ProofUse use)
        : this(token.AsMemory(), use)
    {
    }

    /// <summary>The whole token; made anew at each call where it is a part of something.</summary>
    public string Token => Text.ToString();

    public override string ToString() => $"BearerProof {Use}";
}
