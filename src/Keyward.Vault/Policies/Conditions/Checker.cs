namespace Keyward.Vault.Policies.Conditions;

/// <summary>Gives every part of a parsed expression its type, finds attributes and functions, and computes what is
/// constant, so that a wrong time or pattern is refused when the policy is set and not when it is needed.</summary>
internal static class Checker
{
    public static Node Check(Node parsed)
    {
        var node = Of(parsed);
        return node.Type == ValueType.Truth
            ? node
            : throw new ExpressionException(node.Position, $"a condition is true or false; this is {node.Type.Show()}");
    }

    private static Node Of(Node node) => node switch
    {
        Literal literal => Typed(literal, literal.Value switch
        {
            string => ValueType.Text,
            long => ValueType.Integer,
            _ => ValueType.Truth,
        }),
        Name name => throw NoName(name),
        Select select => OfSelect(select),
        Index index => OfIndex(index),
        Call call => OfCall(call),
        ListOf list => OfList(list),
        Unary unary => OfUnary(unary),
        Binary binary => OfBinary(binary),
        Choice choice => OfChoice(choice),
        _ => throw new ExpressionException(node.Position, "this has no meaning here"),
    };

    private static ExpressionException NoName(Name name) => new(name.Position,
        Attribute.Under(name.Text) is { Length: > 0 } there
            ? $"name an attribute of it: {there}"
            : "there is no such name; attributes begin with resource, request, principal or key");

    private static Node OfSelect(Select select)
    {
        if (select.From is Name root)
            return Attribute.Find($"{root.Text}.{select.Field}") is { } attribute
                ? Typed(new Variable(root.Position, attribute), attribute.Type)
                : throw NoName(root);
        var from = Of(select.From);
        // CEL: a field of a map is its entry.
        return from.Type == ValueType.TextMap
            ? Entry(select.Position, from, Typed(new Literal(select.Position, select.Field), ValueType.Text))
            : throw new ExpressionException(select.Position, $"{from.Type.Show()} has no fields");
    }

    private static Node OfIndex(Index index)
    {
        var from = Of(index.From);
        var at = Of(index.At);
        return (from.Type, at.Type) switch
        {
            (ValueType.TextMap, ValueType.Text) => Entry(index.Position, from, at),
            (ValueType.TextList, ValueType.Integer) => Typed(index with { From = from, At = at }, ValueType.Text),
            (ValueType.IntegerList, ValueType.Integer) =>
                Typed(index with { From = from, At = at }, ValueType.Integer),
            (ValueType.TextMap, _) =>
                throw new ExpressionException(index.At.Position, "the entry of a map is named by a text"),
            _ => throw new ExpressionException(index.Position, $"{from.Type.Show()} has no entries of that kind"),
        };
    }

    private static Node Entry(int position, Node from, Node at) =>
        Typed(new Index(position, from, at), ValueType.Text);

    private static Node OfCall(Call call)
    {
        if (call.On is Name { Text: "api" } && call.Function == "getAttribute") return OfApi(call);
        var named = Function.All.Where(f => f.Name == call.Function && f.IsMember == call.On is not null).ToList();
        if (named.Count == 0)
            throw new ExpressionException(call.Position, call.On is null
                ? $"there is no such function; there are {Function.Names(false)}"
                : $"there is no such function; there are {Function.Names(true)}");
        var arguments = (call.On is null ? call.Arguments : call.Arguments.Prepend(call.On)).Select(Of).ToList();
        var function = named.FirstOrDefault(f => f.Takes(arguments))
            ?? throw new ExpressionException(
                call.Position, "the function takes " + string.Join(" or ", named.Select(f => f.Shown)));
        foreach (var at in function.Constant)
            if (at < arguments.Count && arguments[at] is not Literal)
                throw new ExpressionException(arguments[at].Position, "this must be written out, not computed");
        var invocation = Typed(new Invocation(call.Position, function, arguments), function.Result);
        return Ahead((Invocation)invocation);
    }

    /// <summary>What depends on nothing is computed now; a constant that cannot be is an error now.</summary>
    private static Node Ahead(Invocation invocation)
    {
        try
        {
            if (invocation.Arguments.All(a => a is Literal))
                return Typed(new Literal(invocation.Position, invocation.Function.Run(
                    [.. invocation.Arguments.Select(a => ((Literal)a).Value)])), invocation.Type);
            invocation.Function.CheckConstants(
                [.. invocation.Arguments.Select(a => a is Literal literal ? literal.Value : null)]);
            return invocation;
        }
        catch (EvaluationException failure)
        {
            throw new ExpressionException(invocation.Position, failure.Message);
        }
    }

    private static Node OfApi(Call call)
    {
        var arguments = call.Arguments.Select(Of).ToList();
        return arguments is [Literal { Value: string }, _]
            ? Typed(call with { Arguments = arguments },
                arguments[1].Type == ValueType.EmptyList ? ValueType.TextList : arguments[1].Type)
            : throw new ExpressionException(call.Position, "api.getAttribute takes a name, written out, and a default");
    }

    private static Node OfList(ListOf list)
    {
        var items = list.Items.Select(Of).ToList();
        if (items.Count == 0) return Typed(new Literal(list.Position, Array.Empty<string>()), ValueType.EmptyList);
        var type = items[0].Type;
        if (items.FirstOrDefault(i => i.Type != type) is { } other)
            throw new ExpressionException(other.Position, "the items of a list are of one type");
        var isConstant = items.All(i => i is Literal);
        return type switch
        {
            ValueType.Text when isConstant => Typed(new Literal(list.Position,
                items.Select(i => (string)((Literal)i).Value).ToArray()), ValueType.TextList),
            ValueType.Integer when isConstant => Typed(new Literal(list.Position,
                items.Select(i => (long)((Literal)i).Value).ToArray()), ValueType.IntegerList),
            ValueType.Text => Typed(new ListOf(list.Position, items), ValueType.TextList),
            ValueType.Integer => Typed(new ListOf(list.Position, items), ValueType.IntegerList),
            _ => throw new ExpressionException(list.Position, "a list has texts or whole numbers"),
        };
    }

    private static Node OfUnary(Unary unary)
    {
        var operand = Of(unary.Operand);
        var wanted = unary.Operator == "!" ? ValueType.Truth : ValueType.Integer;
        return operand.Type == wanted
            ? Typed(unary with { Operand = operand }, wanted)
            : throw new ExpressionException(operand.Position, $"{unary.Operator} takes {wanted.Show()}");
    }

    private static Node OfBinary(Binary binary)
    {
        var (left, right) = (Of(binary.Left), Of(binary.Right));
        var type = Operators.TypeOf(binary.Operator, left.Type, right.Type);
        return type != ValueType.Unspecified
            ? Typed(binary with { Left = left, Right = right }, type)
            : throw new ExpressionException(binary.Position, Operators.Advice(binary.Operator, left.Type, right.Type));
    }

    private static Node OfChoice(Choice choice)
    {
        var (condition, then, otherwise) = (Of(choice.If), Of(choice.Then), Of(choice.Else));
        if (condition.Type != ValueType.Truth)
            throw new ExpressionException(choice.Position, "what stands before ? is true or false");
        return then.Type.Fits(otherwise.Type) || otherwise.Type.Fits(then.Type)
            ? Typed(choice with { If = condition, Then = then, Else = otherwise }, then.Type)
            : throw new ExpressionException(choice.Position, "both sides of : are of one type");
    }

    private static Node Typed(Node node, ValueType type)
    {
        node.Type = type;
        return node;
    }
}
