namespace Socorro.Signatures;

/// <summary>Whose signatures to make.</summary>
public enum SignatureMode
{
    /// <summary>Without the known faults of Socorro's signatures, and with the languages that it does not know.</summary>
    Corrected,

    /// <summary>Byte for byte what Socorro would say, faults included.</summary>
    Compatible,
}
