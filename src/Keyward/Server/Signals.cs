using System.Runtime.InteropServices;

namespace Keyward.Server;

/// <summary>Signals: SIGHUP reloads; a first SIGTERM or Ctrl-C lets the host drain, a second one ends the process at
/// once. Registered before anybody is told that the server is ready, since an unhandled SIGHUP ends a
/// process.</summary>
internal sealed class Signals : IDisposable
{
    private const int SignalBase = 128;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly PosixSignalRegistration[] _registrations;
    private int _ends;

    public Signals(Action reload) => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        }),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => End(Terminate)),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => End(Interrupt)),
    ];

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private void End(int signal)
    {
        if (Interlocked.Increment(ref _ends) > 1) Native.ExitAtOnce(SignalBase + signal);
    }
}
