using System.IO.Compression;
using Grpc.Net.Compression;

namespace Keyward.Doors.Rpc;

/// <summary>gRPC's gzip and deflate (which is zlib's form: RFC 9110 §8.4.1.2) with a bound on what they inflate.
/// Answers are not compressed: beside secrets, lengths tell.</summary>
internal sealed class BoundedCompression(Inflation kind) : ICompressionProvider
{
    public string EncodingName => kind == Inflation.Gzip ? "gzip" : "deflate";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => kind == Inflation.Gzip
        ? new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true)
        : new ZLibStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => new BoundedInflation(stream, kind);
}

/// <summary>The forms that bodies may be compressed in.</summary>
internal enum Inflation
{
    Gzip = 1,
    Deflate = 2,
}
