using Keyward.Doors.Aws;

namespace Keyward.Tests.Doors.Aws;

/// <summary>Walks all operations of the AWS door: each call, of whomever and with whatever, leaves exactly one record.</summary>
public sealed class EveryAwsCallIsRecordedTests
{
    [Fact]
    public async Task Each_operation_leaves_one_record_for_everybody()
    {
        await using var doors = await OpenDoors.OpenAsync();
        foreach (var name in Operations.All.Keys.Append("NoSuchOperation"))
        {
            foreach (var body in (string[])["{}", """{"KeyId":"00000000-0000-4000-8000-000000000000"}""", "{", "[]"])
            {
                var before = doors.Records;
                var reply = await doors.CallAwsAsync("TrentService." + name, body);
                Assert.True(doors.Records == before + 1, $"{name} left {doors.Records - before} records.");
                Assert.True(reply.Status is 200 or 400, $"{name}: {reply.Text}");
                before = doors.Records;
                reply = await doors.CallAwsAsync("TrentService." + name, body,
                    context => context.Request.Headers.Authorization = "");
                Assert.Equal(before + 1, doors.Records);
                Assert.Equal(400, reply.Status);
            }
        }
    }
}
