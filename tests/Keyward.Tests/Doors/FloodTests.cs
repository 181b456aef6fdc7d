using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Doors;

/// <summary>Row F57: requests without a known caller beyond a network's allowance are refused unseen, and counted to the
/// last one.</summary>
public sealed class FloodTests
{
    private const string Path = "/v1/projects/default/locations";
    private const int Burst = 1_000;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task F57_A_flood_leaves_summaries_whose_counts_add_up()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        var before = doors.Records;
        const int sent = 4_000;
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < sent; i++)
        {
            var reply = await doors.SendAsync("GET", Path, [], i % 2 == 0 ? null : "nobody");
            statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
        }

        Assert.Equal(new Dictionary<int, int> { [401] = Burst, [429] = sent - Burst }, statuses);
        Assert.Equal(before + Burst, doors.Records);
        _time.Advance(TimeSpan.FromSeconds(10));
        await doors.Keeper.Gate.WriteSummariesAsync();
        var summaries = await SummariesAsync(doors);
        Assert.Equal(sent - Burst, summaries.Sum(s => s.GetProperty("params").GetProperty("count").GetInt64()));
        Assert.Equal(["Overloaded", "Unauthenticated"],
            summaries.Select(s => s.GetProperty("error").GetProperty("code").GetString()!).Order());
        Assert.All(summaries, s => Assert.Equal(
            ("255.255.255.0/24", "google_rest"),
            (s.GetProperty("source").GetProperty("network").GetString(), s.GetProperty("door").GetString())));
        // A quiet round writes none.
        await doors.Keeper.Gate.WriteSummariesAsync();
        Assert.Equal(summaries.Count, (await SummariesAsync(doors)).Count);
    }

    [Fact]
    public async Task A_known_token_of_a_flooding_network_is_served_and_a_new_one_waits_for_the_flood_to_end()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        Assert.Equal(200, (await doors.SendAsync("GET", Path)).Status);
        for (var i = 0; i < Burst + 1; i++) await doors.SendAsync("GET", Path, [], null);
        Assert.Equal(200, (await doors.SendAsync("GET", Path)).Status);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var fresh = doors.NewToken() + "";
        var another = await doors.SendAsync("GET", Path, [], fresh[..^1] + (fresh[^1] == 'A' ? 'B' : 'A'));
        Assert.Equal((429, "OVERLOADED"), (another.Status, another.Reason));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(200, (await doors.SendAsync("GET", Path, [], doors.NewToken())).Status);
    }

    [Fact]
    public async Task A_summary_that_the_log_did_not_take_is_written_with_the_next_ones()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        for (var i = 0; i < Burst + 7; i++) await doors.SendAsync("GET", Path, [], null);
        var tally = doors.Keeper.Gate;
        await tally.WriteSummariesAsync();
        for (var i = 0; i < 5; i++) await doors.SendAsync("GET", Path, [], null);
        await tally.WriteSummariesAsync();
        Assert.Equal([7L, 5L], (await SummariesAsync(doors))
            .Select(s => s.GetProperty("params").GetProperty("count").GetInt64()));
    }

    private static async Task<List<JsonElement>> SummariesAsync(OpenDoors doors)
    {
        var found = new List<JsonElement>();
        await foreach (var (_, entry) in doors.Keeper.AuditLog.ReadAsync(0, default))
        {
            var json = JsonDocument.Parse(Encoding.UTF8.GetString(entry.Span)).RootElement;
            if (json.GetProperty("kind").GetString() == "summary") found.Add(json);
        }

        return found;
    }
}
