using System.Text.Json;
using Keyward.Tests.Doors.Rights;

namespace Keyward.Tests.Doors.Aws;

/// <summary>A principal has several ARNs; a grant is shown by the one that its maker used.</summary>
public sealed class GrantNamesTests
{
    [Theory]
    [InlineData("arn:aws:iam::000000000001:role/ann")]
    [InlineData("arn:aws:iam::000000000001:user/ann")]
    [InlineData("arn:aws:sts::000000000001:assumed-role/ann/night")]
    public async Task A_grant_is_listed_with_the_ARNs_that_it_was_made_with(string arn)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await Person.MakeAsync(doors, "ann");
        var key = (await CallAsync(doors, "CreateKey", "{}")).GetProperty("KeyMetadata").GetProperty("KeyId");
        var made = await CallAsync(doors, "CreateGrant", $$"""
            {"KeyId":"{{key}}","GranteePrincipal":"{{arn}}","RetiringPrincipal":"{{arn}}","Operations":["Encrypt"]}
            """);
        foreach (var (operation, body) in new[]
        {
            ("ListGrants", $$"""{"KeyId":"{{key}}","GranteePrincipal":"{{arn}}"}"""),
            ("ListRetirableGrants", $$"""{"RetiringPrincipal":"{{arn}}"}"""),
        })
        {
            var grant = Assert.Single(
                (await CallAsync(doors, operation, body)).GetProperty("Grants").EnumerateArray());
            Assert.Equal(made.GetProperty("GrantId").GetString(), grant.GetProperty("GrantId").GetString());
            Assert.Equal(arn, grant.GetProperty("GranteePrincipal").GetString());
            Assert.Equal(arn, grant.GetProperty("RetiringPrincipal").GetString());
        }
    }

    private static async Task<JsonElement> CallAsync(OpenDoors doors, string operation, string body)
    {
        var reply = await doors.CallAwsAsync("TrentService." + operation, body);
        Assert.True(reply.Status == 200, $"{operation}: {reply.Text}");
        return reply.Json;
    }
}
