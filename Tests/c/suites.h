/*  The suites of the C tests; each returns how many of its tests failed. */
#ifndef SUITES_H
#define SUITES_H

int run_schedules(void);
int run_schedulers(void);
int run_early_stopping(void);
int run_steps(void);
int run_options(void);
int run_quantized(void);
int run_optim(void);
int run_refusals(void);
int run_threads(void);
int run_functions(void);

#endif
