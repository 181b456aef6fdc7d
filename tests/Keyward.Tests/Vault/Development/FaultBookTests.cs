using Keyward.Vault.Audit;
using Keyward.Vault.Development;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Tests.Vault.Development;

public sealed class FaultBookTests
{
    private static readonly Caller Ann = new(Caller.ServiceAccountType, "ann@x", "1", null, "k");
    private static readonly KeyName Key = Parse("projects/p/locations/l/keyRings/r/cryptoKeys/k");

    private readonly FaultBook _book = new();

    [Fact]
    public void A_share_is_the_same_choice_in_every_run_and_about_as_large_as_it_says()
    {
        var rule = new FaultRule("r", FaultKind.Internal) { Share = 0.3, Seed = 7 };
        var first = Choices(rule);
        Assert.Equal(first, Choices(rule));
        Assert.InRange(first.Count(c => c), 250, 350);
        Assert.NotEqual(first, Choices(rule with { Seed = 8 }));
    }

    [Fact]
    public void It_begins_after_so_many_and_ends_after_so_many_times()
    {
        var choices = Choices(new FaultRule("r", FaultKind.Internal) { After = 2, Times = 3 });
        Assert.Equal([false, false, true, true, true, false], choices.Take(6));
        Assert.DoesNotContain(true, choices.Skip(5));
    }

    [Theory]
    [InlineData("serviceAccount:ann@x", null, null, null, true)]
    [InlineData("ann@*", null, null, null, true)]
    [InlineData("bob@x", null, null, null, false)]
    [InlineData(null, "projects/p/*/cryptoKeys/k", null, null, true)]
    [InlineData(null, "projects/p/locations/l/keyRings/r/cryptoKeys/other", null, null, false)]
    [InlineData(null, null, "encrypt", null, true)]
    [InlineData(null, null, "Generate*", null, false)]
    [InlineData(null, null, null, "aws", true)]
    [InlineData(null, null, null, "google_rest", false)]
    public void A_rule_matches_by_principal_key_operation_and_door(
        string? principal, string? key, string? operation, string? door, bool expected)
    {
        _book.TryAdd(new FaultRule("r", FaultKind.Internal)
        {
            Principal = principal, Key = key, Operation = operation, Door = door,
        }, out _);
        Assert.Equal(expected, Find() is not null);
    }

    [Fact]
    public void The_first_rule_that_matches_and_chooses_is_met()
    {
        _book.TryAdd(new FaultRule("once", FaultKind.Internal) { Times = 1 }, out _);
        _book.TryAdd(new FaultRule("ever", FaultKind.Throttled), out _);
        Assert.Equal(["once", "ever", "ever"], ((int[])[1, 2, 3]).Select(_ => Find()?.Id));
    }

    [Fact]
    public void The_control_of_the_server_and_its_own_jobs_meet_nothing()
    {
        _book.TryAdd(new FaultRule("r", FaultKind.Internal), out _);
        Assert.Null(Find(demand: Demand.OnDeployment(Permission.DevControl)));
        Assert.Null(Find(new Caller(Caller.SystemType, "rotation", "rotation", null, null)));
        Assert.NotNull(Find());
    }

    [Fact]
    public void Only_keys_can_be_disabled()
    {
        _book.TryAdd(new FaultRule("r", FaultKind.KeyDisabled), out _);
        Assert.Null(Find(demand: Demand.OnDeployment(Permission.StatusGet)));
        Assert.NotNull(Find());
    }

    [Fact]
    public void There_is_a_limit_and_no_id_twice()
    {
        for (var i = 0; i < FaultBook.MaximumRules - 1; i++)
            Assert.True(_book.TryAdd(new FaultRule($"r{i}", FaultKind.Internal), out _));
        Assert.False(_book.TryAdd(new FaultRule("r0", FaultKind.Internal), out var isFull));
        Assert.False(isFull);
        Assert.True(_book.TryAdd(new FaultRule("last", FaultKind.Internal), out _));
        Assert.False(_book.TryAdd(new FaultRule("more", FaultKind.Internal), out isFull));
        Assert.True(isFull);
        Assert.NotNull(_book.Remove("r0"));
        Assert.Null(_book.Remove("r0"));
    }

    [Theory]
    [InlineData("", FaultKind.Internal, 0, 1.0, 0L, null, null)]
    [InlineData("a b", FaultKind.Internal, 0, 1.0, 0L, null, null)]
    [InlineData("r", FaultKind.Unspecified, 0, 1.0, 0L, null, null)]
    [InlineData("r", FaultKind.Delay, 0, 1.0, 0L, null, null)]
    [InlineData("r", FaultKind.Internal, -1, 1.0, 0L, null, null)]
    [InlineData("r", FaultKind.Internal, 601, 1.0, 0L, null, null)]
    [InlineData("r", FaultKind.Internal, 0, 0.0, 0L, null, null)]
    [InlineData("r", FaultKind.Internal, 0, 1.1, 0L, null, null)]
    [InlineData("r", FaultKind.Internal, 0, double.NaN, 0L, null, null)]
    [InlineData("r", FaultKind.Internal, 0, 1.0, -1L, null, null)]
    [InlineData("r", FaultKind.Internal, 0, 1.0, 0L, 0L, null)]
    [InlineData("r", FaultKind.Internal, 0, 1.0, 0L, null, "back")]
    public void A_rule_that_cannot_be_meant_is_refused(
        string id, FaultKind kind, int seconds, double share, long after, long? times, string? door) =>
        Assert.NotNull(new FaultRule(id, kind)
        {
            Delay = TimeSpan.FromSeconds(seconds), Share = share, After = after, Times = times, Door = door,
        }.Judge());

    private static List<bool> Choices(FaultRule rule)
    {
        var book = new FaultBook();
        book.TryAdd(rule, out _);
        return [.. Enumerable.Range(0, 1_000).Select(_ => Find(book, Ann, Demand.On(Permission.VersionsUseToEncrypt, Key)) is not null)];
    }

    private FaultRule? Find(Caller? caller = null, Demand? demand = null) =>
        Find(_book, caller ?? Ann, demand ?? Demand.On(Permission.VersionsUseToEncrypt, Key));

    private static FaultRule? Find(FaultBook book, Caller caller, Demand demand)
    {
        var arrival = new Arrival(Door.Aws, new Source("", 0, null, null), null, 1, 1, default, 0)
        {
            Method = "Encrypt",
        };
        return book.Find(caller, demand, new RecordDraft(arrival, caller, new Verb("encrypt", OperationClass.DataWrite)));
    }

    private static KeyName Parse(string text) => KeyName.TryParse(text, out var key) ? key : throw new FormatException(text);
}
