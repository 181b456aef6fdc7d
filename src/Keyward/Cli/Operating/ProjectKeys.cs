using Google.Cloud.Kms.V1;
using Google.Cloud.Location;

namespace Keyward.Cli.Operating;

/// <summary>The keys of a project, in every location.</summary>
internal static class ProjectKeys
{
    public static async Task<List<CryptoKey>> AllAsync(Session session)
    {
        var locations = await session.Server.Locations.ListLocationsAsync(
            new ListLocationsRequest { Name = "projects/" + session.Settings.Project },
            cancellationToken: session.Cancellation);
        var found = new List<CryptoKey>();
        foreach (var location in locations.Locations)
        {
            var rings = await Existing.AllAsync(async token => await session.Server.Keys.ListKeyRingsAsync(
                new ListKeyRingsRequest { Parent = location.Name, PageToken = token, PageSize = 1_000 },
                cancellationToken: session.Cancellation), p => p.KeyRings, p => p.NextPageToken).ConfigureAwait(false);
            foreach (var ring in rings)
                found.AddRange(await Existing.AllAsync(async token => await session.Server.Keys.ListCryptoKeysAsync(
                    new ListCryptoKeysRequest { Parent = ring.Name, PageToken = token, PageSize = 1_000 },
                    cancellationToken: session.Cancellation), p => p.CryptoKeys, p => p.NextPageToken)
                    .ConfigureAwait(false));
        }

        return found;
    }
}
