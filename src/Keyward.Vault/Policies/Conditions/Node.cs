namespace Keyward.Vault.Policies.Conditions;

/// <summary>A part of a parsed expression. The type check sets <see cref="Type"/>; afterwards nothing
/// changes.</summary>
internal abstract record Node(int Position)
{
    public ValueType Type { get; set; }
}

/// <param name="Value">A text, <see cref="long"/> or <see cref="bool"/>; or what the check has computed ahead.</param>
internal sealed record Literal(int Position, object Value) : Node(Position);

internal sealed record Name(int Position, string Text) : Node(Position);

/// <summary><c>from.field</c>; the check turns the known ones into a <see cref="Variable"/>.</summary>
internal sealed record Select(int Position, Node From, string Field) : Node(Position);

internal sealed record Index(int Position, Node From, Node At) : Node(Position);

/// <param name="On">What stands before the dot; null for a function of its own.</param>
internal sealed record Call(int Position, Node? On, string Function, IReadOnlyList<Node> Arguments) : Node(Position);

internal sealed record ListOf(int Position, IReadOnlyList<Node> Items) : Node(Position);

internal sealed record Unary(int Position, string Operator, Node Operand) : Node(Position);

internal sealed record Binary(int Position, string Operator, Node Left, Node Right) : Node(Position);

internal sealed record Choice(int Position, Node If, Node Then, Node Else) : Node(Position);

/// <summary>An attribute, checked.</summary>
internal sealed record Variable(int Position, Attribute Attribute) : Node(Position);

/// <summary>A call, checked: the function is known.</summary>
internal sealed record Invocation(int Position, Function Function, IReadOnlyList<Node> Arguments) : Node(Position);
