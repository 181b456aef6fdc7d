using System.Globalization;
using System.Text;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>Cuts an expression into tokens (CEL specification, Syntax): names, texts with escapes or raw, whole
/// numbers, symbols; comments run from <c>//</c> to the line's end.</summary>
internal ref struct Lexer(string text)
{
    /// <summary>The tree is at most half as deep as there are tokens, and all that walks it recurses.</summary>
    private const int MaximumTokens = 1_000;

    private static readonly string[] Symbols =
        ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", "(", ")", "[", "]", ".", ",", "+", "-"];

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public static List<Token> All(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>();
        do
        {
            tokens.Add(lexer.Next());
            if (tokens.Count > MaximumTokens)
                throw new ExpressionException(
                    tokens[^1].Position, $"a condition has at most {MaximumTokens} words and signs");
        }
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        SkipBlanks();
        if (_at == _text.Length) return new Token(TokenKind.End, "", 0, _at);
        var c = _text[_at];
        if (c is '"' or '\'') return Text(_at, raw: false);
        if (c is 'r' or 'R' && _at + 1 < _text.Length && _text[_at + 1] is '"' or '\'') return Raw();
        if (char.IsAsciiLetter(c) || c == '_') return Name();
        if (char.IsAsciiDigit(c)) return Number();
        foreach (var symbol in Symbols)
            if (_text[_at..].StartsWith(symbol, StringComparison.Ordinal))
            {
                var token = new Token(TokenKind.Symbol, symbol, 0, _at);
                _at += symbol.Length;
                return token;
            }

        throw new ExpressionException(_at, "this character has no meaning here");
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\r' or '\n') _at++;
            else if (_text[_at..].StartsWith("//", StringComparison.Ordinal))
                while (_at < _text.Length && _text[_at] != '\n') _at++;
            else return;
        }
    }

    private Token Name()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        return new Token(TokenKind.Name, _text[start.._at].ToString(), 0, start);
    }

    private Token Number()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at])) _at++;
        if (_at + 1 < _text.Length && _text[_at] == '.' && char.IsAsciiDigit(_text[_at + 1]))
            throw new ExpressionException(start, "numbers are whole numbers");
        return DecimalNumber.TryParse(_text[start.._at], out long number)
            ? new Token(TokenKind.Integer, "", number, start)
            : throw new ExpressionException(start, "a number has decimal digits only and fits in 64 bits");
    }

    private Token Raw()
    {
        var start = _at++;
        return Text(start, raw: true);
    }

    private Token Text(int start, bool raw)
    {
        var quote = _text[_at++];
        var value = new StringBuilder();
        while (true)
        {
            if (_at == _text.Length || _text[_at] is '\n' or '\r')
                throw new ExpressionException(start, "this text has no closing quote");
            var c = _text[_at++];
            if (c == quote) return new Token(TokenKind.Text, value.ToString(), 0, start);
            if (c == '\\' && !raw) Escape(value);
            else value.Append(c);
        }
    }

    private void Escape(StringBuilder value)
    {
        var start = _at - 1;
        var c = _at < _text.Length ? _text[_at++] : '\0';
        switch (c)
        {
            case '\\' or '"' or '\'' or '`' or '?': value.Append(c); break;
            case 'n': value.Append('\n'); break;
            case 't': value.Append('\t'); break;
            case 'r': value.Append('\r'); break;
            case 'x' or 'X': value.Append(CodePoint(2, start)); break;
            case 'u': value.Append(CodePoint(4, start)); break;
            case 'U': value.Append(CodePoint(8, start)); break;
            default:
                throw new ExpressionException(start, "this escape is not known; a backslash is written twice");
        }
    }

    private string CodePoint(int digits, int start)
    {
        if (_at + digits > _text.Length || !uint.TryParse(_text.Slice(_at, digits), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
            throw new ExpressionException(start, $"this escape needs {digits} hex digits of a character");
        _at += digits;
        return new Rune(code).ToString();
    }
}
