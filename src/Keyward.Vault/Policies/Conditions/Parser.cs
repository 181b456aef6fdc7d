namespace Keyward.Vault.Policies.Conditions;

/// <summary>Reads tokens into a tree by recursive descent, in CEL's order of precedence. Bounded: by the length of the
/// text, by the number of logical operators, and by depth, which keeps the recursion off the stack's end.</summary>
internal sealed class Parser
{
    /// <summary>Google's limit for conditions; what is longer no reader follows.</summary>
    public const int MaximumLogicalOperators = 12;

    private const int MaximumDepth = 32;
    private const int MaximumItems = 100;

    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;
    private int _logical;

    private Parser(List<Token> tokens) => _tokens = tokens;

    public static Node Parse(string text)
    {
        var parser = new Parser(Lexer.All(text));
        var node = parser.Expression();
        return parser.Current.Kind == TokenKind.End
            ? node
            : throw parser.Expected("an operator or the end");
    }

    private Token Current => _tokens[_at];

    private Node Expression()
    {
        if (++_depth > MaximumDepth) throw new ExpressionException(Current.Position, "this is nested too deeply");
        var node = Or();
        if (Current.Is("?"))
        {
            var position = _tokens[_at++].Position;
            var then = Or();
            Take(":");
            node = new Choice(position, node, then, Expression());
        }

        _depth--;
        return node;
    }

    private Node Or()
    {
        var left = And();
        while (Current.Is("||")) left = new Binary(Logical(), "||", left, And());
        return left;
    }

    private Node And()
    {
        var left = Relation();
        while (Current.Is("&&")) left = new Binary(Logical(), "&&", left, Relation());
        return left;
    }

    private Node Relation()
    {
        var left = Sum();
        while (true)
        {
            var token = Current;
            var isIn = token is { Kind: TokenKind.Name, Value: "in" };
            if (!isIn && (token.Kind != TokenKind.Symbol || !Comparisons.Contains(token.Value))) return left;
            _at++;
            left = new Binary(token.Position, token.Value, left, Sum());
        }
    }

    private Node Sum()
    {
        var left = Negation();
        while (Current.Is("+") || Current.Is("-"))
        {
            var token = _tokens[_at++];
            left = new Binary(token.Position, token.Value, left, Negation());
        }

        return left;
    }

    private Node Negation()
    {
        if (!Current.Is("!") && !Current.Is("-")) return Member();
        if (++_depth > MaximumDepth) throw new ExpressionException(Current.Position, "this is nested too deeply");
        var token = Current;
        var position = token.Is("!") ? Logical() : _tokens[_at++].Position;
        var node = new Unary(position, token.Value, Negation());
        _depth--;
        return node;
    }

    private Node Member()
    {
        var node = Primary();
        while (true)
        {
            if (Current.Is("."))
            {
                _at++;
                if (Current.Kind != TokenKind.Name) throw Expected("a name");
                var name = _tokens[_at++];
                node = Current.Is("(")
                    ? new Call(name.Position, node, name.Value, Arguments(")"))
                    : new Select(name.Position, node, name.Value);
            }
            else if (Current.Is("["))
            {
                var position = _tokens[_at++].Position;
                var at = Expression();
                Take("]");
                node = new Index(position, node, at);
            }
            else
            {
                return node;
            }
        }
    }

    private Node Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Text:
                _at++;
                return new Literal(token.Position, token.Value);
            case TokenKind.Integer:
                _at++;
                return new Literal(token.Position, token.Number);
            case TokenKind.Name when token.Value is "true" or "false":
                _at++;
                return new Literal(token.Position, token.Value == "true");
            case TokenKind.Name when token.Value != "in":
                _at++;
                return Current.Is("(")
                    ? new Call(token.Position, null, token.Value, Arguments(")"))
                    : new Name(token.Position, token.Value);
        }

        if (token.Is("[")) return new ListOf(token.Position, Arguments("]"));
        if (!token.Is("(")) throw Expected("a value, a name or a parenthesis");
        _at++;
        var inner = Expression();
        Take(")");
        return inner;
    }

    /// <summary>From the opening bracket to the closing one.</summary>
    private List<Node> Arguments(string closing)
    {
        _at++;
        var items = new List<Node>();
        while (!Current.Is(closing))
        {
            if (items.Count > 0) Take(",");
            if (items.Count == MaximumItems)
                throw new ExpressionException(Current.Position, $"a list has at most {MaximumItems} items");
            items.Add(Expression());
        }

        _at++;
        return items;
    }

    private int Logical()
    {
        var position = _tokens[_at++].Position;
        return ++_logical <= MaximumLogicalOperators
            ? position
            : throw new ExpressionException(
                position, $"a condition has at most {MaximumLogicalOperators} of &&, || and !");
    }

    private void Take(string symbol)
    {
        if (!Current.Is(symbol)) throw Expected($"{symbol}");
        _at++;
    }

    private ExpressionException Expected(string what) => new(Current.Position, $"{what} is expected");
}
