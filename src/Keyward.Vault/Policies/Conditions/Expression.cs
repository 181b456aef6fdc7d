using System.Text;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>A condition in the subset of CEL that Google documents for IAM conditions, compiled: parsed by
/// <see cref="Parser"/>, typed by <see cref="Checker"/>. Immutable and safe for concurrent use.</summary>
internal sealed class Expression : ICondition
{
    public const int MaximumSizeBytes = 4_096;

    private readonly Node? _root;
    private readonly string? _error;

    private Expression(string text, Node? root, string? error) => (Text, _root, _error) = (text, root, error);

    public string Text { get; }

    /// <summary>What is wrong with an expression and where, or null.</summary>
    public static string? ErrorIn(string text) => Compile(text)._error;

    /// <summary>A stored expression that does not compile, as a newer program may have left it, fails at every
    /// evaluation.</summary>
    public static Expression Compile(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaximumSizeBytes)
            return new Expression(text, null, $"a condition has at most {MaximumSizeBytes} bytes");
        try
        {
            return new Expression(text, Checker.Check(Parser.Parse(text)), null);
        }
        catch (ExpressionException failure)
        {
            return new Expression(text, null, $"{Place(text, failure.Position)}: {failure.Message}");
        }
    }

    public ConditionResult Judge(Facts facts)
    {
        if (_root is null) return new ConditionResult(Verdict.Fails, _error);
        try
        {
            return new ConditionResult(
                new Evaluator(facts).IsTrue(_root) ? Verdict.Holds : Verdict.DoesNotHold);
        }
        catch (EvaluationException failure)
        {
            return new ConditionResult(Verdict.Fails, failure.Message);
        }
    }

    private static string Place(string text, int position)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        var line = before.Count('\n') + 1;
        return $"line {line}, column {before.Length - (before.LastIndexOf('\n') + 1) + 1}";
    }
}
