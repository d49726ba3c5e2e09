using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Socorro.Access;

/// <summary>
/// The secret of a token. It is 256 random bits, so that its plain hash can be stored: nobody can guess what has that
/// hash, as he could with passwords that people choose.
/// </summary>
public static class TokenSecret
{
    /// <summary>Tells people, and tools that look for leaked secrets, what it is.</summary>
    const string Prefix = "socorro_";

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is stored in its place: SHA-256.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
