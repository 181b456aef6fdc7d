using System.IO.Compression;
using Grpc.Net.Compression;

namespace Keyward.Doors.Rpc;

/// <summary>gRPC's gzip with a bound on what it inflates. Answers are not compressed: beside secrets, lengths
/// tell.</summary>
internal sealed class BoundedGzip : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => new BoundedInflation(stream);
}
