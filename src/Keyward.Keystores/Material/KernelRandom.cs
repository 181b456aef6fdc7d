using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keyward.Keystores.Material;

/// <summary>Nonces from getrandom(2). The platform's generator keeps its state in the process: a virtual machine that
/// is resumed twice from one snapshot would draw the same nonces from it. The kernel reseeds its own when it learns of
/// the fork (VM generation id).</summary>
internal static class KernelRandom
{
    public static void Fill(Span<byte> destination)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }

        while (!destination.IsEmpty)
        {
            var drawn = Libc.getrandom(destination, (nuint)destination.Length, 0);
            if (drawn > 0) destination = destination[(int)drawn..];
            else if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
                throw new CryptographicException("The kernel gives no random bytes.");
        }
    }
}
