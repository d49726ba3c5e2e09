namespace Socorro.Signatures.Rules;

/// <summary>One step on the way to a signature.</summary>
/// <param name="name">As Socorro calls it, which its notes begin with.</param>
abstract class SignatureRule(string name)
{
    public string Name { get; } = name;

    public abstract bool Applies(CrashData crash, SignatureDraft draft);

    public abstract void Apply(CrashData crash, SignatureDraft draft);
}
