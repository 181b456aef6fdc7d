using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws;

/// <summary>One call whose signature held: who makes it, in which region, with which input. It goes through the gate
/// once: by <see cref="PassAsync"/> or by <see cref="RefuseAsync"/>.</summary>
internal sealed class Call(
    Gate gate, Arrival arrival, Caller caller, string account, LocationId region, Operation operation, Input input,
    CancellationToken cancellation)
{
    private string? _alias;

    public Gate Gate => gate;

    public Arrival Arrival => arrival;

    public Caller Caller => caller;

    /// <summary>The caller's own account.</summary>
    public string Account => account;

    public LocationId Region => region;

    /// <summary>Where the caller's keys of this region lie.</summary>
    public LocationName Location => new(caller.Project!.Value, region);

    public Operation Operation => operation;

    public Input Input => input;

    /// <summary>The key that the call names, for the texts of refusals.</summary>
    public FoundKey? Key { get; private set; }

    /// <summary>The other one, of a call that names two.</summary>
    public FoundKey? SecondKey { get; private set; }

    /// <summary>The name of the algorithm that the call asks for, for the texts of refusals.</summary>
    public string? Algorithm { get; set; }

    public string CallerArn => Arns.OfCaller(caller, account);

    /// <summary>The first key's full name, for the record of a refusal.</summary>
    public string? KeyName => Key?.Name.ToString();

    public string? KeyArn => Key is null ? null : Arns.Of(Key);

    public bool IsDryRun => input.Shape.IndexOf("DryRun") >= 0 && input.Flag("DryRun");

    /// <summary>The key that a member names.</summary>
    public FoundKey? FindKey(string member, KeyForms forms, out Answer? answer)
    {
        if (KeyNames.Parse(input.Text(member)!, region, forms, out var fault) is { } reference)
            return Find(reference, out answer);
        answer = Answer.Of(fault!);
        return null;
    }

    public FoundKey? Find(in KeyReference reference, out Answer? answer)
    {
        if (gate.Find(caller, reference).TryGet(out var key, out var refusal))
        {
            if (Key is null) Key = key;
            else SecondKey = key;
            if (reference.Alias is { } alias) _alias ??= alias;
            answer = KeySpecs.IsOffered(key.Algorithm)
                ? null
                : Answer.Of(Fault.Unsupported($"{Arns.Of(key)} has an algorithm that AWS KMS does not know."));
            return answer is null ? key : null;
        }

        answer = Answer.Of(Refusals.Unfound(refusal, reference, this));
        return null;
    }

    /// <summary>Lets an operation run and writes what came of it; with DryRun it is only rehearsed.</summary>
    public ValueTask<Answer> PassAsync<T>(IOperation<T> operation, Action<Utf8JsonWriter, T>? write) =>
        new(gate.PassAsync<T, Answer, WrittenAnswer<T>>(
            arrival, caller, AsAsked(operation), new WrittenAnswer<T>(this, write), cancellation));

    /// <summary>As <see cref="PassAsync"/>, where what came out decides whether it is a fault.</summary>
    public ValueTask<Answer> PassAsync<T>(IOperation<T> operation, Func<T, Answer> render) =>
        new(gate.PassAsync<T, Answer, RenderedAnswer<T>>(
            arrival, caller, AsAsked(operation), new RenderedAnswer<T>(this, render), cancellation));

    private readonly struct WrittenAnswer<T>(Call call, Action<Utf8JsonWriter, T>? write) : IAnswerMaker<T, Answer>
    {
        public Answer Make(Outcome<T> outcome)
        {
            call.IsRecorded = true;
            if (!outcome.TryGet(out var value, out var refusal)) return Answer.Of(Refusals.Show(refusal, call));
            return write is null ? Answer.Empty : Answer.Of(value, write);
        }
    }

    private readonly struct RenderedAnswer<T>(Call call, Func<T, Answer> render) : IAnswerMaker<T, Answer>
    {
        public Answer Make(Outcome<T> outcome)
        {
            call.IsRecorded = true;
            return outcome.TryGet(out var value, out var refusal)
                ? render(value)
                : Answer.Of(Refusals.Show(refusal, call));
        }
    }

    /// <summary>The operation with the alias and the grant tokens that the call names; rehearsed for DryRun.</summary>
    private IOperation<T> AsAsked<T>(IOperation<T> operation)
    {
        var tokens = input.Shape.IndexOf("GrantTokens") >= 0 ? input.Texts("GrantTokens") : [];
        var asked = _alias is null && tokens.Count == 0 ? operation : new AskedAs<T>(operation, _alias, tokens);
        return IsDryRun ? new Rehearsal<T>(asked) : asked;
    }

    /// <summary>True once the gate has recorded the call.</summary>
    public bool IsRecorded { get; private set; }
}
