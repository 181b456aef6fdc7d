using Keyward.Vault.Metrics;
using Keyward.Vault.Names;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Metrics;

public sealed class BusyKeysTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<KeyName, long> _uses = [];
    private readonly BusyKeys _busy;

    public BusyKeysTests() => _busy = new BusyKeys(_time);

    [Fact]
    public void The_sum_is_always_the_total_and_no_counter_falls()
    {
        var known = new Dictionary<string, long>();
        for (var round = 0; round < 60; round++)
        {
            for (var key = 0; key < 300; key++) Use(key, (key * 7 + round * (key % 5)) % 13 * (round % 3));
            Look();
            var shown = _busy.Shown.ToDictionary(k => k.Key.ToString(), k => k.Uses);
            shown["other"] = _busy.Others;
            Assert.True(shown.Count <= BusyKeys.MaximumShown + 1);
            foreach (var (key, uses) in shown)
            {
                Assert.True(uses >= known.GetValueOrDefault(key));
                known[key] = uses;
            }

            Assert.Equal(_uses.Values.Sum(), known.Values.Sum());
        }
    }

    [Fact]
    public void A_busy_key_enters_after_a_minute_and_not_before()
    {
        Use(1, 100);
        Look();
        Use(1, 100);
        _time.Advance(TimeSpan.FromSeconds(40));
        Look();
        Assert.Empty(_busy.Shown);
        Use(1, 100);
        _time.Advance(TimeSpan.FromSeconds(20));
        Look();
        Use(1, 5);
        Look();
        Assert.Equal(105, Assert.Single(_busy.Shown).Uses);
        Assert.Equal(200, _busy.Others);
    }

    [Fact]
    public void Who_is_busy_no_more_makes_room()
    {
        for (var round = 0; round < 10; round++)
        {
            Use(1000, 50);
            Look();
        }

        Assert.Contains(Key(1000), _busy.Shown.Select(k => k.Key));
        for (var round = 0; round < 30; round++)
        {
            for (var key = 0; key < 2 * BusyKeys.MaximumShown; key++) Use(key, 50);
            Look();
        }

        Assert.DoesNotContain(Key(1000), _busy.Shown.Select(k => k.Key));
        Assert.Equal(BusyKeys.MaximumShown, _busy.Shown.Count());
    }

    private void Use(int key, long times) => _uses[Key(key)] = _uses.GetValueOrDefault(Key(key)) + times;

    private void Look()
    {
        _time.Advance(TimeSpan.FromSeconds(15));
        _busy.Look(_uses.Select(u => (u.Key, u.Value)));
    }

    private static KeyName Key(int number)
    {
        Assert.True(ProjectId.TryParse("default", out var project));
        Assert.True(LocationId.TryParse("global", out var location));
        return new KeyName(new KeyRingName(new LocationName(project, location), "r"), $"k{number}");
    }
}
