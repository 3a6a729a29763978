using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Coco.Supervisor;
using Microsoft.Win32.SafeHandles;

namespace Coco.Chaos;

/// <summary>
/// A network device (TUN) that gives back every packet that is routed to it, a while later: what netem does, where the kernel has it.
/// Connections go on from end to end.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PacketDelay : IDisposable
{
    private const string Device = "/dev/net/tun";
    private const int MaxPacketBytes = 64 << 10;

    /// <summary>As routers have it: what comes when the queue is full is lost.</summary>
    private const int MaxQueue = 4_096;

    // linux/if_tun.h: TUNSETIFF, IFF_TUN, IFF_NO_PI; linux/if.h: struct ifreq with 16 bytes of name, then the flags.
    private const nuint SetInterface = 0x400454CA;
    private const short PlainPackets = 0x0001 | 0x1000;
    private const int RequestBytes = 40;
    private const int NameBytes = 16;

    private readonly SafeFileHandle _device;
    private readonly BlockingCollection<(long Due, byte[] Packet)> _queue = new(MaxQueue);

    private PacketDelay(SafeFileHandle device)
    {
        _device = device;
        new Thread(Take) { IsBackground = true, Name = "packets taken" }.Start();
        new Thread(GiveBack) { IsBackground = true, Name = "packets given back" }.Start();
    }

    public static bool IsPossible => File.Exists(Device);

    public volatile int Milliseconds;

    /// <summary>Makes the device in the host's namespace; it may be moved to another one.</summary>
    public static PacketDelay Open(string name)
    {
        SafeFileHandle device = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] request = new byte[RequestBytes];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(NameBytes), PlainPackets);
        if (Control(device, SetInterface, request) == 0) return new PacketDelay(device);
        int error = Marshal.GetLastPInvokeError();
        device.Dispose();
        throw new SupervisorException($"The network device {name} cannot be made: error {error}.");
    }

    /// <summary>The device itself goes with its namespace.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _device.Dispose();
    }

    private void Take()
    {
        byte[] packet = new byte[MaxPacketBytes];
        try
        {
            while (Read(_device, packet, packet.Length) is var size and > 0)
                _queue.TryAdd((Stopwatch.GetTimestamp() + (Milliseconds * Stopwatch.Frequency / 1_000), packet[..(int)size]));
        }
        catch (Exception ended) when (ended is ObjectDisposedException or InvalidOperationException)
        {
            // The run is over.
        }
    }

    private void GiveBack()
    {
        foreach ((long due, byte[] packet) in _queue.GetConsumingEnumerable())
        {
            while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var left && left > TimeSpan.Zero) Thread.Sleep(left);
            if (_device.IsClosed) return;
            _ = Write(_device, packet, packet.Length); // one that the kernel does not take is lost
        }
    }

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle device, nuint request, byte[] argument);

    [DllImport("libc", EntryPoint = "read")]
    private static extern nint Read(SafeFileHandle device, byte[] packet, nint size);

    [DllImport("libc", EntryPoint = "write")]
    private static extern nint Write(SafeFileHandle device, byte[] packet, nint size);
}
