namespace Keyward.Vault.Policies.Conditions;

internal enum TokenKind
{
    Unspecified = 0,
    End = 1,
    Name = 2,
    Text = 3,
    Integer = 4,
    Symbol = 5,
}

/// <param name="Value">A name, a symbol, or a text literal's meaning.</param>
internal readonly record struct Token(TokenKind Kind, string Value, long Number, int Position)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Value == symbol;
}
