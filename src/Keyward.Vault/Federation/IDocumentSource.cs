namespace Keyward.Vault.Federation;

/// <summary>A document that was fetched, and how long its server says it may be kept.</summary>
public sealed record FetchedDocument(byte[] Bytes, TimeSpan? MaximumAge);

/// <summary>Fetches an issuer's documents from the network, within fixed limits of time, size and place; the server
/// provides it. Throws <see cref="FetchFailedException"/> and nothing else but cancellation.</summary>
internal interface IDocumentSource
{
    Task<FetchedDocument> FetchAsync(Uri address, CancellationToken cancellation);
}

/// <summary>A document cannot be had. The sentence is for operators; it names no more than the address.</summary>
internal sealed class FetchFailedException(string sentence, Exception? cause = null) : Exception(sentence, cause);
