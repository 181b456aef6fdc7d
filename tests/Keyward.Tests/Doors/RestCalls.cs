using System.Text;
using System.Text.Json;

namespace Keyward.Tests.Doors;

/// <summary>Calls of the administrator with a token of the moment, for tests that move the clock.</summary>
internal static class RestCalls
{
    public static async Task<JsonElement> OkAsync(this OpenDoors doors, string method, string path, string body = "")
    {
        var reply = await doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), doors.NewToken());
        Assert.True(reply.Status == 200, $"{method} {path} gave {reply.Status} {reply.Text}");
        return reply.Json;
    }

    /// <summary>HTTP status, and Google's name of the code where it is not 200.</summary>
    public static async Task<(int Status, string Code)> StatusAsync(
        this OpenDoors doors, string method, string path, string body = "")
    {
        var reply = await doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), doors.NewToken());
        return (reply.Status, reply.Status == 200 ? "" : reply.Error.GetProperty("status").GetString()!);
    }
}
