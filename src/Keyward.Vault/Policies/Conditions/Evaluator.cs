namespace Keyward.Vault.Policies.Conditions;

/// <summary>Computes a checked expression on facts. The language has no loops, so the steps are bounded by the text;
/// the budget says so once more.</summary>
internal sealed class Evaluator(Facts facts)
{
    private const int MaximumSteps = 10_000;

    /// <summary>Work on long texts counts for more than one step.</summary>
    private const int CharactersAStep = 256;

    private int _steps;

    public bool IsTrue(Node node) => (bool)Of(node);

    private object Of(Node node)
    {
        Spend(1);
        return node switch
        {
            Literal literal => literal.Value,
            Variable variable => variable.Attribute.Read(facts)
                ?? throw new EvaluationException($"{variable.Attribute.Name} is not known here"),
            Index index => OfIndex(index),
            Call call => OfApi(call),
            Invocation invocation => OfInvocation(invocation),
            ListOf { Type: ValueType.IntegerList } list => list.Items.Select(i => (long)Of(i)).ToArray(),
            ListOf list => list.Items.Select(i => (string)Of(i)).ToArray(),
            Unary { Operator: "!" } not => !(bool)Of(not.Operand),
            Unary minus => Operators.Run("-", 0L, Of(minus.Operand)),
            Binary { Operator: "&&" } and => OfLogical(and, false),
            Binary { Operator: "||" } or => OfLogical(or, true),
            Binary binary => Operators.Run(binary.Operator, Of(binary.Left), Of(binary.Right)),
            Choice choice => Of((bool)Of(choice.If) ? choice.Then : choice.Else),
            _ => throw new EvaluationException("the expression was not checked"),
        };
    }

    /// <summary>A side that decides alone decides, whatever the other is, in any order (CEL specification, Logical
    /// Operators): only then is a failure of the other forgotten.</summary>
    private bool OfLogical(Binary binary, bool deciding)
    {
        try
        {
            if ((bool)Of(binary.Left) == deciding) return deciding;
        }
        catch (EvaluationException)
        {
            if ((bool)Of(binary.Right) == deciding) return deciding;
            throw;
        }

        return (bool)Of(binary.Right);
    }

    private object OfIndex(Index index)
    {
        var from = Of(index.From);
        var at = Of(index.At);
        return (from, at) switch
        {
            (IReadOnlyDictionary<string, string> map, string name) => map.TryGetValue(name, out var value)
                ? value : throw new EvaluationException("the map has no such entry"),
            (IReadOnlyList<string> list, long number) when number >= 0 && number < list.Count => list[(int)number],
            (IReadOnlyList<long> list, long number) when number >= 0 && number < list.Count => list[(int)number],
            _ => throw new EvaluationException("the list has no such item"),
        };
    }

    private object OfInvocation(Invocation invocation)
    {
        var arguments = new object[invocation.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Of(invocation.Arguments[i]);
            if (arguments[i] is string text) Spend(text.Length / CharactersAStep);
        }

        return invocation.Function.Run(arguments);
    }

    /// <summary>An attribute that this operation does not have is the default, as at Google.</summary>
    private object OfApi(Call call)
    {
        var value = (string)((Literal)call.Arguments[0]).Value switch
        {
            "iam.googleapis.com/modifiedGrantsByRole" => facts.Find(AttributeNames.ModifiedRoles),
            _ => null,
        };
        return value is not null && IsOf(value, call.Type) ? value : Of(call.Arguments[1]);
    }

    private static bool IsOf(object value, ValueType type) => type switch
    {
        ValueType.Text => value is string,
        ValueType.Integer => value is long,
        ValueType.Truth => value is bool,
        ValueType.Time => value is DateTimeOffset,
        ValueType.Duration => value is TimeSpan,
        ValueType.TextList or ValueType.EmptyList => value is IReadOnlyList<string>,
        ValueType.TextMap => value is IReadOnlyDictionary<string, string>,
        ValueType.IntegerList => value is IReadOnlyList<long>,
        ValueType.Unspecified => false,
    };

    private void Spend(int steps)
    {
        if ((_steps += steps) > MaximumSteps) throw new EvaluationException("the evaluation took too many steps");
    }
}
