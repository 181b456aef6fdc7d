using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Signatures.</summary>
internal sealed class SignaturesDoor(Gate gate) : Signatures.SignaturesBase
{
    public override Task<VerifyResponse> Verify(VerifyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Parse(request), result => new VerifyResponse
        {
            Name = result.Version.FullName, Valid = result.Holds,
        });

    private static Outcome<IOperation<Verified>> Parse(VerifyRequest request)
    {
        if (!VersionName.TryParse(request.Name, out var name))
            return Invalid(
                "A version is named projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N.");
        var (kind, bytes, hash) = request.InputCase switch
        {
            VerifyRequest.InputOneofCase.Data => (SignatureInput.Message, request.Data, HashFunction.None),
            VerifyRequest.InputOneofCase.Sha256 => (SignatureInput.Digest, request.Sha256, HashFunction.Sha256),
            VerifyRequest.InputOneofCase.Sha384 => (SignatureInput.Digest, request.Sha384, HashFunction.Sha384),
            VerifyRequest.InputOneofCase.Sha512 => (SignatureInput.Digest, request.Sha512, HashFunction.Sha512),
            VerifyRequest.InputOneofCase.ExternalMu =>
                (SignatureInput.ExternalMu, request.ExternalMu, HashFunction.None),
            _ => (SignatureInput.Unspecified, ByteString.Empty, HashFunction.None),
        };
        return kind == SignatureInput.Unspecified
            ? Invalid("One of data, sha256, sha384, sha512 and external_mu is needed.")
            : new Verify(name.Parent, name.Number, null, new ToSign(kind, bytes.Memory, hash),
                request.Signature.Memory);
    }

    private static Refusal Invalid(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
