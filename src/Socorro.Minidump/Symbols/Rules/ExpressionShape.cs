namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>Watches the operations of an expression go by, and tells whether they make one of the common forms.</summary>
struct ExpressionShape
{
    int _count;
    long _pending;

    /// <summary>The form so far. It is meaningful only at the end of an expression that leaves one value.</summary>
    public CfiForm Form { get; private set; }

    public int Register { get; private set; }

    public long Offset { get; private set; }

    public void Add(CfiOperation operation, long operand)
    {
        var isStart = _count++ == 0;
        if (isStart && operation == CfiOperation.Register)
        {
            Form = CfiForm.RegisterPlus;
            Register = (int)operand;
        }
        else if (isStart && operation == CfiOperation.Cfa)
        {
            Form = CfiForm.CfaPlus;
        }
        else if (_count == 2 && operation == CfiOperation.Push)
        {
            _pending = operand;
        }
        else if (_count == 3 && operation is CfiOperation.Add or CfiOperation.Subtract && Form != CfiForm.LoadCfaPlus)
        {
            Offset = operation == CfiOperation.Add ? _pending : unchecked(-_pending);
        }
        else if (_count is 2 or 4 && operation == CfiOperation.Load && Form == CfiForm.CfaPlus)
        {
            Form = CfiForm.LoadCfaPlus;
        }
        else
        {
            Form = CfiForm.General;
        }
    }
}
