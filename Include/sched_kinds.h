/* printed by Bindings/generate.py */
