using System.Net;
using System.Net.Sockets;

namespace Socorro.Throttling;

/// <summary>By what clients are counted: their address, or for IPv6 the /64 of it, for one customer holds a whole such net.</summary>
public static class AddressKey
{
    public static string Of(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6
            ? address.MapToIPv4().ToString()
            : Convert.ToHexString(address.GetAddressBytes(), 0, 8);
}
