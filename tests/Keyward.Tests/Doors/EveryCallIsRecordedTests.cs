namespace Keyward.Tests.Doors;

/// <summary>Walks all methods of all doors: each call, of whomever and with whatever, leaves exactly one record.</summary>
public sealed class EveryCallIsRecordedTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_binding_of_each_method_leaves_one_record_for_everybody(bool isDev)
    {
        await using var doors = await OpenDoors.OpenAsync(isDev: isDev);
        var bindings = doors.Services.SelectMany(s => s.Descriptor.Methods).SelectMany(method => Bindings.Of(method)
            .Select(b => (method.FullName, b.Verb, Path: b.Path.Replace("**", "x").Replace("*", "x")))).ToList();
        Assert.True(bindings.Count > 60, $"Only {bindings.Count} bindings were found.");
        foreach (var (method, verb, path) in bindings)
        {
            foreach (var token in (string?[])[doors.Token, "x." + doors.Token, null])
            {
                var before = doors.Records;
                var reply = await doors.SendAsync(verb, path, [], token);
                Assert.True(doors.Records > before, $"{method} left no record ({reply.Status}).");
                // A call that succeeds may found what it needs; a refused one leaves its own record and nothing else.
                Assert.True(reply.Status == 200 || doors.Records == before + 1, $"{method} left more than one record.");
                Assert.True(reply.Status < 500 || reply.Status == 501, $"{method}: {reply.Text}");
                if (token != doors.Token) Assert.Equal(401, reply.Status);
            }
        }
    }

    [Fact]
    public async Task The_control_of_a_development_server_exists_nowhere_else()
    {
        await using var doors = await OpenDoors.OpenAsync();
        Assert.DoesNotContain(doors.Services, s => s.Descriptor.FullName == "keyward.v1.Dev");
        Assert.Equal(404, (await doors.SendAsync("GET", "/keyward/v1/dev/clock")).Status);
        Assert.Equal(404, (await doors.SendAsync("POST", "/keyward/v1/dev/faults", "{}")).Status);
    }

    [Theory]
    [InlineData("POST", "/v1/projects/default/locations/global/keyRings", "{")]
    [InlineData("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r", """{"colour":1}""")]
    [InlineData("GET", "/v1/projects/default/locations/global/keyRings?pageToken=none", "")]
    [InlineData("GET", "/v1/projects/default/locations/global/keyRings?filter=(", "")]
    [InlineData("GET", "/v1/none", "")]
    [InlineData("HEAD", "/v1/projects/default/locations", "")]
    public async Task What_a_door_refuses_by_itself_is_recorded_too(string method, string path, string body)
    {
        await using var doors = await OpenDoors.OpenAsync();
        var before = doors.Records;
        Assert.InRange((await doors.SendAsync(method, path, body)).Status, 400, 405);
        Assert.Equal(before + 1, doors.Records);
    }
}
