using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Witnesses.</summary>
internal sealed class WitnessesDoor(Gate gate) : Witnesses.WitnessesBase
{
    public override Task<Protos.V1.WitnessedLog> AddWitnessedLog(
        AddWitnessedLogRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Add(request), Show);

    public override Task<Protos.V1.WitnessedLog> RemoveWitnessedLog(
        RemoveWitnessedLogRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new RemoveWitnessedLog(request.Origin), Show);

    public override Task<Protos.V1.Witness> GetWitness(GetWitnessRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ReadWitness(), view => new Protos.V1.Witness
        {
            Vkey = view.Key?.ToString() ?? "", Logs = { view.Logs.Select(Show) },
        });

    private static Outcome<IOperation<Vault.Audit.Witnessing.WitnessedLog>> Add(AddWitnessedLogRequest request)
    {
        var keys = new List<VerifierKey>();
        foreach (var text in request.Vkeys)
            if (VerifierKey.TryParse(text, out var key)) keys.Add(key);
            else return new Refusal(RefusalReason.InvalidArgument, "A verifier key has the form name+id+key.");
        return new AddWitnessedLog(keys);
    }

    private static Protos.V1.WitnessedLog Show(Vault.Audit.Witnessing.WitnessedLog log) => new()
    {
        Origin = log.Origin, Vkeys = { log.Keys.Select(k => k.ToString()) }, Size = log.Size,
        Root = Convert.ToBase64String(log.Root), UpdateTime = log.UpdateTime.ToTimestamp(),
    };
}
