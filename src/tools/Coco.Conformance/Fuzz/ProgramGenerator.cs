using Coco.Evm;
using static Coco.Evm.Opcode;

namespace Coco.Conformance.Fuzz;

/// <summary>
/// Random programs that get somewhere: operands are there when they are needed, jumps land, loops end, calls go to contracts that
/// exist and to precompiles. A few bytes in a hundred are noise, so that what is not valid is seen too.
/// </summary>
internal sealed class ProgramGenerator(FuzzRandom random, IReadOnlyList<Address> others)
{
    private const int HighestStack = 60;

    private static readonly (Opcode Op, int Takes)[] Arithmetic =
    [
        (Add, 2), (Mul, 2), (Sub, 2), (Div, 2), (SDiv, 2), (Mod, 2), (SMod, 2), (AddMod, 3), (MulMod, 3), (Exp, 2), (SignExtend, 2),
        (Lt, 2), (Gt, 2), (SLt, 2), (SGt, 2), (Eq, 2), (IsZero, 1), (And, 2), (Or, 2), (Xor, 2), (Not, 1), (Opcode.Byte, 2), (Shl, 2),
        (Shr, 2), (Sar, 2), (Clz, 1),
    ];

    private static readonly Opcode[] Environment =
    [
        Opcode.Address, Origin, Caller, CallValue, CallDataSize, CodeSize, GasPrice, ReturnDataSize, Coinbase, Timestamp, Number, PrevRandao,
        GasLimit, ChainId, SelfBalance, BaseFee, BlobBaseFee, Pc, MSize, Gas,
    ];

    private static readonly Opcode[] OfAccounts = [Balance, ExtCodeSize, ExtCodeHash];

    private CodeWriter _code = new();
    private int _nesting;

    /// <summary>Code of about so many statements.</summary>
    public byte[] Program(int statements)
    {
        CodeWriter before = _code;
        _code = new CodeWriter();
        _nesting++;
        for (int i = 0; i < statements && _code.Length < FuzzLimits.ProgramBytes; i++) Statement();
        End();
        byte[] finished = _code.Finish();
        _nesting--;
        _code = before;
        return finished;
    }

    private void Statement()
    {
        if (_code.Height > HighestStack) _code.LevelTo(HighestStack / 2);
        switch (random.Below(25))
        {
            case 0 or 1 or 2: Value(); break;
            case 3 or 4 or 5 or 6: Calculate(); break;
            case 7: Shuffle(); break;
            case 8 or 9 or 10: Memory(); break;
            case 11: Keccak(); break;
            case 12: _code.Op(random.Of(Environment), 0, 1); break;
            case 13: Account(); break;
            case 14 or 15 or 16: Storage(); break;
            case 17: Log(); break;
            case 18 or 19: Call(); break;
            case 20: Precompile(); break;
            case 21: MakeContract(); break;
            case 22: Branch(); break;
            case 23: Loop(); break;
            default: Noise(); break;
        }
    }

    /// <summary>Numbers at whose edges arithmetic goes wrong, addresses, and anything.</summary>
    private void Value()
    {
        switch (random.Below(8))
        {
            case 0 or 1 or 2: _code.Push((ulong)random.Below(random.OneIn(3) ? 300 : 40)); break;
            case 3: _code.Push(random.Of(others)); break;
            case 4: _code.Push(random.Bytes(random.Between(1, 32))); break;
            case 5: _code.Push((UInt256.One << random.Below(256)).ToBigEndian()); break;
            case 6: _code.Push(((UInt256.One << random.Below(256)) - 1UL).ToBigEndian()); break;
            default: _code.Push((-(UInt256)random.Next() >> random.Below(200)).ToBigEndian()); break;
        }
    }

    private void Need(int words)
    {
        while (_code.Height < words) Value();
    }

    private void Calculate()
    {
        (Opcode op, int takes) = random.Of(Arithmetic);
        if (random.OneIn(2))
            for (int i = 0; i < takes; i++) Value();
        Need(takes);
        _code.Op(op, takes, 1);
    }

    private void Shuffle()
    {
        int n = random.Between(1, Math.Clamp(_code.Height - 1, 1, 16));
        bool isDup = random.OneIn(2);
        Need(isDup ? n : n + 1);
        _code.Op((Opcode)((int)(isDup ? Dup1 : Swap1) + n - 1), 0, isDup ? 1 : 0);
    }

    private void Place(int most = 512) => _code.Push((ulong)(random.OneIn(200) ? random.Below(1 << 26) : random.Below(most)));

    private void Memory()
    {
        switch (random.Below(8))
        {
            case 0 or 1 or 2: Need(1); Place(); _code.Op(MStore, 2, 0); break;
            case 3: Need(1); Place(); _code.Op(MStore8, 2, 0); break;
            case 4 or 5: Place(); _code.Op(MLoad, 1, 1); break;
            case 6: Place(200); Place(); Place(); _code.Op(MCopy, 3, 0); break;
            default: CopyIn(); break;
        }
    }

    private void CopyIn()
    {
        Place(200);
        Place(random.OneIn(2) ? 64 : 400);
        Place();
        switch (random.Below(4))
        {
            case 0: _code.Op(CallDataCopy, 3, 0); break;
            case 1: _code.Op(CodeCopy, 3, 0); break;
            case 2: _code.Push(random.Of(others)); _code.Op(ExtCodeCopy, 4, 0); break;
            default:
                // Beyond the returned data is an error: mostly ask for what is there.
                _code.LevelTo(_code.Height - 3);
                if (random.OneIn(10)) Place(64);
                else _code.Op(ReturnDataSize, 0, 1);
                _code.Push(0);
                Place();
                _code.Op(ReturnDataCopy, 3, 0);
                break;
        }
    }

    private void Keccak()
    {
        Place(200);
        Place();
        _code.Op(Keccak256, 2, 1);
    }

    private void Account()
    {
        if (random.OneIn(3))
        {
            Value();
            _code.Op(random.OneIn(2) ? CallDataLoad : BlobHash, 1, 1);
            return;
        }
        if (random.OneIn(4))
        {
            _code.Push((ulong)random.Below(4));
            _code.Op(Number, 0, 1);
            _code.Op(Sub, 2, 1);
            _code.Op(BlockHash, 1, 1);
            return;
        }
        _code.Push(random.Of(others));
        _code.Op(random.Of(OfAccounts), 1, 1);
    }

    private void Storage()
    {
        bool isTransient = random.OneIn(4);
        if (random.OneIn(3))
        {
            _code.Push((ulong)random.Below(6));
            _code.Op(isTransient ? TLoad : SLoad, 1, 1);
            return;
        }
        if (random.OneIn(2)) _code.Push((ulong)random.Below(3));
        Need(1);
        _code.Push((ulong)random.Below(6));
        _code.Op(isTransient ? TStore : SStore, 2, 0);
    }

    private void Log()
    {
        int topics = random.Below(5);
        for (int i = 0; i < topics; i++) Value();
        Place(100);
        Place();
        _code.Op((Opcode)((int)Log0 + topics), 2 + topics, 0);
    }

    private void Call() => CallTo(random.Of(others), random.Below(100), 64);

    private void CallTo(Address to, int inputLength, int outputLength)
    {
        Opcode op = random.Of([Opcode.Call, Opcode.Call, CallCode, DelegateCall, StaticCall]);
        bool hasValue = op is Opcode.Call or CallCode;
        _code.Push((ulong)outputLength);
        Place(256);
        _code.Push((ulong)inputLength);
        Place(256);
        if (hasValue) _code.Push((ulong)(random.OneIn(3) ? random.Below(1000) : 0));
        _code.Push(to);
        if (random.OneIn(2)) _code.Op(Gas, 0, 1);
        else _code.Push((ulong)random.Below(200_000));
        _code.Op(op, hasValue ? 7 : 6, 1);
        if (!random.OneIn(3)) return;
        _code.Push((ulong)random.Below(6));
        _code.Op(SStore, 2, 0);
    }

    /// <summary>Precompiled contracts with input of a length that they take.</summary>
    private void Precompile()
    {
        int number = random.OneIn(12) ? 0x100 : random.Between(1, 0x12);
        int length = number switch
        {
            1 => 128,
            5 => 96 + random.Below(100),
            6 => 128,
            7 => 96,
            8 => 192 * random.Below(3),
            9 => 213,
            10 => 192,
            0x0b => 256,
            0x0c => 160 * random.Between(1, 3),
            0x0d => 512,
            0x0e => 288 * random.Between(1, 2),
            0x0f => 384 * random.Between(1, 2),
            0x10 => 64,
            0x11 => 128,
            0x100 => 160,
            _ => random.Below(200),
        };
        if (number == 5) ModExpLengths();
        if (number is 6 or 7) PointOfBn254();
        CallTo(Coco.Evm.Address.FromNumber((ulong)number), random.OneIn(10) ? random.Below(300) : length, 64);
    }

    private void ModExpLengths()
    {
        for (ulong i = 0; i < 3; i++) Store((ulong)random.Below(40), i * 32);
    }

    private void PointOfBn254()
    {
        for (ulong i = 0; i < 4; i++) Store((i & 1) + 1, i * 32);
    }

    private void Store(ulong value, ulong place)
    {
        _code.Push(value);
        _code.Push(place);
        _code.Op(MStore, 2, 0);
    }

    private void MakeContract()
    {
        byte[] init = _nesting < FuzzLimits.Nesting ? Program(random.Between(1, 12)) : random.Bytes(random.Below(40));
        bool isSalted = random.OneIn(2);
        int place = random.Below(100);
        _code.Push((ulong)init.Length);
        _code.PushPlaceOf(init);
        _code.Push((ulong)place);
        _code.Op(CodeCopy, 3, 0);
        if (isSalted) _code.Push((ulong)random.Below(3));
        _code.Push((ulong)init.Length);
        _code.Push((ulong)place);
        _code.Push((ulong)(random.OneIn(3) ? random.Below(100) : 0));
        _code.Op(isSalted ? Create2 : Create, isSalted ? 4 : 3, 1);
        if (random.OneIn(3)) CallMade();
    }

    /// <summary>Calls the contract whose address is on top.</summary>
    private void CallMade()
    {
        for (int i = 0; i < 5; i++) _code.Push((ulong)random.Below(33));
        _code.Op(Dup6, 0, 1);
        _code.Op(Gas, 0, 1);
        _code.Op(Opcode.Call, 7, 1);
    }

    private void Branch()
    {
        Need(1);
        int target = _code.PushTarget(), height = _code.Height - 2;
        _code.Op(JumpI, 2, 0);
        for (int i = random.Below(5); i >= 0 && _nesting < 8; i--) Nested();
        _code.LevelTo(height);
        _code.SetTarget(target, _code.Land());
    }

    private void Loop()
    {
        _code.Push((ulong)random.Between(1, 12));
        int top = _code.Land(), height = _code.Height;
        for (int i = random.Below(4); i >= 0; i--) Nested();
        _code.LevelTo(height);
        _code.Push(1);
        _code.Op(Swap1, 0, 0);
        _code.Op(Sub, 2, 1);
        _code.Op(Dup1, 0, 1);
        int again = _code.PushTarget();
        _code.SetTarget(again, top);
        _code.Op(JumpI, 2, 0);
        _code.Op(Pop, 1, 0);
    }

    private void Nested()
    {
        if (_code.Length > FuzzLimits.ProgramBytes || _nesting > FuzzLimits.Nesting + 4) return;
        _nesting++;
        Statement();
        _nesting--;
    }

    private void Noise()
    {
        switch (random.Below(12))
        {
            case 0 or 1: _code.Raw((byte)random.Next()); break;
            case 2:
                Value();
                _code.Op(Jump, 1, 0);
                break;
            case 3:
                _code.Push(random.Of(others));
                _code.Op(SelfDestruct, 1, 0);
                break;
            case 4: Finish(Revert); break;
            case 5: Finish(Return); break;
            default: _code.Land(); break;
        }
    }

    private void End()
    {
        switch (random.Below(8))
        {
            case 0: break;
            case 1: _code.Op(Stop, 0, 0); break;
            case 2: Finish(Revert); break;
            case 3:
                _code.Push(random.Of(others));
                _code.Op(SelfDestruct, 1, 0);
                break;
            default: Finish(Return); break;
        }
    }

    private void Finish(Opcode op)
    {
        Place(120);
        Place(100);
        _code.Op(op, 2, 0);
    }
}
