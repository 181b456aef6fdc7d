namespace Keyward.Vault.Policies.Conditions;

/// <summary>An expression that does not compile, with the place and what is expected there. Never leaves
/// <see cref="Expression"/>; the sentence does not repeat the text, which is a stranger's.</summary>
internal sealed class ExpressionException(int position, string sentence) : Exception(sentence)
{
    public int Position { get; } = position;
}

/// <summary>An evaluation that cannot go on: the condition fails.</summary>
internal sealed class EvaluationException(string sentence) : Exception(sentence);
